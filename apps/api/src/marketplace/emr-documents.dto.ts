import { z } from 'zod';
import type { DownloadLink, MedicalDocument } from '#emr';
import { iso, Text, Timestamp } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';

export const ListDocuments = listQuery(
  { created_at: 'createdAt', updated_at: 'updatedAt' },
  { patient_id: z.uuid().optional(), kind: Text(40).optional().describe('For example prescription.') },
).transform(({ patient_id, ...query }) => ({ ...query, patientId: patient_id }));

export const DocumentAnswer = z
  .object({
    id: z.uuid(),
    patient_id: z.uuid(),
    kind: z.string(),
    title: z.string(),
    content_type: z.string(),
    size_bytes: z.int().nullable(),
    status: z.enum(['pending_upload', 'quarantined', 'available', 'rejected']),
    uploaded_by: z.uuid(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'MedicalDocument' });

export const DownloadAnswer = z
  .object({
    url: z.url().describe('Works without logging in, for `expires_in` seconds.'),
    expires_in: z.int(),
  })
  .meta({ id: 'DownloadLink' });

export function toDocument(document: MedicalDocument): z.infer<typeof DocumentAnswer> {
  return {
    id: document.id,
    patient_id: document.patientId,
    kind: document.kind,
    title: document.title,
    content_type: document.contentType,
    size_bytes: document.sizeBytes,
    status: document.status,
    uploaded_by: document.uploadedBy,
    created_at: iso(document.createdAt),
    updated_at: iso(document.updatedAt),
  };
}

export function toDownload({ url, expiresIn }: DownloadLink): z.infer<typeof DownloadAnswer> {
  return { url, expires_in: expiresIn };
}
