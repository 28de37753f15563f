/** Text and pages for PDFKit. Its fonts take a while to load, so they are loaded when somebody first prints. */
export const loadPdf = () => import('./pdf.ts');
