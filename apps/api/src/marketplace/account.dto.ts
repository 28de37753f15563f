import { z } from 'zod';
import type { AccountExport, OwnExport } from '#auth';
import { iso, isoOrNull, RequiredText, Timestamp } from '../http/fields.ts';

const ExportStatus = z.enum(['queued', 'assembling', 'ready', 'failed', 'expired']);

export const AccountExportAnswer = z
  .object({
    id: z.uuid(),
    status: ExportStatus,
    progress: z.int().min(0).max(100).describe('Percent.'),
    expires_at: Timestamp.nullable().describe('Until when the file is kept.'),
    download: z
      .object({
        url: z.url(),
        expires_in: z.int().describe('Seconds until this link stops working; read again for another.'),
      })
      .nullable()
      .describe('Where the file is, once it is ready: JSON, one section for each area.'),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'AccountExport' });

const cancelOpenVisits = z
  .boolean()
  .default(false)
  .describe('Call off the visits to come, each under its cancellation policy, instead of refusing.');

export const EraseOwnAccount = z
  .object({
    password: z
      .string()
      .max(128)
      .optional()
      .describe('Not needed within ten minutes of a login, or by an account that has none.'),
    cancel_open_visits: cancelOpenVisits,
  })
  .default({ cancel_open_visits: false })
  .transform(({ password, cancel_open_visits }) => ({
    ...(password !== undefined && { password }),
    cancelOpenVisits: cancel_open_visits,
  }));

export const EraseAccount = z
  .object({
    reason: RequiredText(500).describe('Who asked for it, and how. It is kept in the audit trail.'),
    cancel_open_visits: cancelOpenVisits,
  })
  .transform(({ reason, cancel_open_visits }) => ({ reason, cancelOpenVisits: cancel_open_visits }));

export function toAccountExport({ export: row, link }: OwnExport): z.infer<typeof AccountExportAnswer> {
  return {
    id: row.id,
    status: row.status,
    progress: progressOf(row),
    expires_at: isoOrNull(row.expiresAt),
    download: link && { url: link.url, expires_in: link.expiresIn },
    created_at: iso(row.createdAt),
    updated_at: iso(row.updatedAt),
  };
}

function progressOf({ status, partsDone, partsTotal }: AccountExport): number {
  if (status === 'ready' || status === 'expired') return 100;
  return partsTotal === 0 ? 0 : Math.floor((partsDone * 100) / partsTotal);
}
