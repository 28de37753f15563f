import { z } from 'zod';
import { type StoredFile, UPLOAD_RULES, type UploadTicket } from '#files';
import { Id, iso, Timestamp } from '../http/fields.ts';

/** What a client says of a file that it is going to upload; part of the body that announces it. */
export const Announcement = {
  content_type: z
    .string()
    .max(100)
    .describe(
      `One of ${[...new Set(Object.values(UPLOAD_RULES).flatMap((rule) => rule.contentTypes))].join(', ')}; not all are taken everywhere.`,
    ),
  size_bytes: z.int().min(1).max(Number.MAX_SAFE_INTEGER).describe('Exactly as many bytes as will be sent.'),
};

/** Where the bytes go. */
export const Upload = z
  .object({
    file_id: Id,
    method: z.literal('PUT'),
    url: z.url(),
    headers: z.record(z.string(), z.string()).describe('To be sent with the bytes, as they are.'),
    expires_at: Timestamp,
  })
  .meta({ id: 'Upload' });

export const toUpload = (ticket: UploadTicket): z.input<typeof Upload> => ({
  file_id: ticket.fileId,
  method: ticket.method,
  url: ticket.url,
  headers: { ...ticket.headers },
  expires_at: iso(ticket.expiresAt),
});

export const FileStatus = z
  .enum(['pending_upload', 'quarantined', 'available', 'rejected'])
  .describe('`quarantined` until it was checked.');

export const FileRejection = z.enum(['never_uploaded', 'size_differs', 'type_differs', 'empty']);

export const UploadedFile = z
  .object({
    id: Id,
    purpose: z.enum(['chart', 'identity', 'licence', 'export', 'statement', 'accounting']),
    status: FileStatus,
    rejection: FileRejection.nullable(),
    content_type: z.string(),
    size_bytes: z.int().nullable(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'UploadedFile' });

export const toUploadedFile = (file: StoredFile): z.input<typeof UploadedFile> => ({
  id: file.id,
  purpose: file.purpose,
  status: file.status,
  rejection: file.rejection,
  content_type: file.contentType,
  size_bytes: file.sizeBytes,
  created_at: iso(file.createdAt),
  updated_at: iso(file.updatedAt),
});
