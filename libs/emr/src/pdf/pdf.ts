/** What other libraries print with: `loadPdf` in the index brings it in when it is first needed. */
export { openPdf } from './pdf-file.ts';
export { type Band, bandsOf, type Cell, Flow, gap } from './pdf-flow.ts';
export { drawLine, printable, type TextLine, type TextStyle, wrap } from './pdf-text.ts';
