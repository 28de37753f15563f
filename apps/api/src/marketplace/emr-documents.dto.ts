import { z } from 'zod';
import { type DownloadLink, MADE_KIND, type MedicalDocument, UPLOADED_KINDS } from '#emr';
import type { UploadTicket } from '#files';
import { Id, iso, present, RequiredText, Timestamp } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';
import { ChartId } from './emr-fields.ts';
import { Announcement, FileRejection, FileStatus, toUpload, Upload } from './files.dto.ts';

const UploadedKind = z.enum(UPLOADED_KINDS);
const Kind = z
  .enum([...UPLOADED_KINDS, MADE_KIND])
  .describe(`\`${MADE_KIND}\` is made by the server; the others are uploaded.`);

export const UploadDocument = z
  .object({
    patient_id: ChartId.default('me'),
    kind: UploadedKind,
    title: RequiredText(200),
    ...Announcement,
  })
  .transform(({ patient_id, kind, title, content_type, size_bytes }) => ({
    chart: patient_id,
    document: { kind, title, contentType: content_type, sizeBytes: size_bytes },
  }));

export const UpdateDocument = z
  .object({ kind: UploadedKind, title: RequiredText(200) })
  .partial()
  .transform((changes) => present(changes));

export const ListDocuments = listQuery(
  { created_at: 'createdAt', updated_at: 'updatedAt' },
  { patient_id: z.uuid().optional(), kind: Kind.optional(), status: FileStatus.optional() },
).transform(({ patient_id, ...query }) => ({ ...query, patientId: patient_id }));

export const DocumentAnswer = z
  .object({
    id: z.uuid(),
    patient_id: z.uuid(),
    file_id: Id.describe('For `/api/files/`, where the uploader follows the upload.'),
    kind: Kind,
    title: z.string(),
    content_type: z.string(),
    size_bytes: z.int().nullable(),
    status: FileStatus,
    rejection: FileRejection.nullable(),
    uploaded_by: z.uuid(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'MedicalDocument' });

export const AnnouncedDocument = DocumentAnswer.extend({
  upload: Upload.describe('Where the bytes go; then say so at `/api/files/{file_id}/complete/`.'),
}).meta({ id: 'AnnouncedDocument' });

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
    file_id: document.fileId,
    kind: document.kind,
    title: document.title,
    content_type: document.contentType,
    size_bytes: document.sizeBytes,
    status: document.status,
    rejection: document.rejection,
    uploaded_by: document.uploadedBy,
    created_at: iso(document.createdAt),
    updated_at: iso(document.updatedAt),
  };
}

export function toAnnounced(announced: {
  readonly document: MedicalDocument;
  readonly ticket: UploadTicket;
}): z.input<typeof AnnouncedDocument> {
  return { ...toDocument(announced.document), upload: toUpload(announced.ticket) };
}

export function toDownload({ url, expiresIn }: DownloadLink): z.infer<typeof DownloadAnswer> {
  return { url, expires_in: expiresIn };
}
