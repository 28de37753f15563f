import type { UploadPurpose } from './stored-file.ts';

const MEBIBYTE = 1024 * 1024;

const SCANS = ['application/pdf', 'image/jpeg', 'image/png', 'image/webp', 'image/heic'] as const;

interface UploadRule {
  /** Types that can be told from the bytes; nothing that a browser would run. */
  readonly contentTypes: readonly string[];
  readonly maxBytes: number;
}

/** What may be uploaded for which purpose. */
export const UPLOAD_RULES: Readonly<Record<UploadPurpose, UploadRule>> = {
  chart: { contentTypes: [...SCANS, 'application/dicom'], maxBytes: 20 * MEBIBYTE },
  identity: { contentTypes: SCANS, maxBytes: 10 * MEBIBYTE },
  licence: { contentTypes: SCANS, maxBytes: 10 * MEBIBYTE },
};
