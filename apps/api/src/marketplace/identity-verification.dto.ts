import { z } from 'zod';
import type {
  BegunVerification,
  IdentityVerification,
  ListedVerification,
  OwnIdentity,
  ShownVerification,
} from '#auth';
import { Country, iso, isoOrNull, RequiredText, Timestamp } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';
import { Announcement, FileRejection, FileStatus, toUpload, Upload } from './files.dto.ts';

export const IdentityStatus = z
  .enum(['unsubmitted', 'pending_upload', 'submitted', 'approved', 'rejected', 'expired'])
  .describe('`submitted` waits for a decision.');

const DocumentType = z.enum(['passport', 'national_id', 'driving_licence']);
const Side = z.enum(['front', 'back', 'selfie']);

export const BeginVerification = z
  .object({
    document_type: DocumentType,
    country: Country.describe('Who issued the document (ISO 3166-1).'),
    document_expires_on: z.iso.date().optional().describe('The last day on which the document is valid.'),
    files: z
      .array(z.object({ side: Side, ...Announcement }))
      .min(1)
      .max(3)
      .describe('A passport needs its `front`, other documents `front` and `back`; a `selfie` is welcome.'),
  })
  .transform(({ document_type, country, document_expires_on, files }) => ({
    documentType: document_type,
    country,
    ...(document_expires_on !== undefined && { documentExpiresOn: document_expires_on }),
    files: files.map(({ side, content_type, size_bytes }) => ({
      side,
      contentType: content_type,
      sizeBytes: size_bytes,
    })),
  }));

export const ListVerifications = listQuery(
  { created_at: 'createdAt', submitted_at: 'submittedAt', updated_at: 'updatedAt' },
  { status: IdentityStatus.exclude(['unsubmitted']).optional() },
);

export const DecideIdentity = z.discriminatedUnion('status', [
  z.object({ status: z.literal('approved') }),
  z.object({
    status: z.literal('rejected'),
    reason: RequiredText(1000).describe('The person reads it.'),
  }),
]);

const IdentityFileAnswer = z.object({
  side: Side,
  file_id: z.uuid(),
  status: FileStatus,
  rejection: FileRejection.nullable(),
});

const VerificationAnswer = z
  .object({
    id: z.uuid(),
    status: IdentityStatus,
    document_type: DocumentType,
    country: z.string(),
    document_expires_on: z.iso.date().nullable(),
    files: z.array(IdentityFileAnswer),
    rejection: z
      .enum(['file_rejected', 'declined', 'replaced'])
      .nullable()
      .describe('`replaced` by a later attempt before its files came.'),
    rejection_reason: z.string().nullable(),
    submitted_at: Timestamp.nullable(),
    decided_at: Timestamp.nullable(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'IdentityVerification' });

export const OwnIdentityAnswer = z
  .object({ status: IdentityStatus, verification: VerificationAnswer.nullable() })
  .meta({ id: 'OwnIdentity' });

export const BegunVerificationAnswer = VerificationAnswer.extend({
  uploads: z.array(z.object({ side: Side, upload: Upload })),
}).meta({ id: 'BegunIdentityVerification' });

export const ListedVerificationAnswer = VerificationAnswer.extend({
  person: z.object({ id: z.uuid(), name: z.string(), email: z.string() }),
  decided_by: z.uuid().nullable(),
}).meta({ id: 'ListedIdentityVerification' });

export const ShownVerificationAnswer = ListedVerificationAnswer.extend({
  downloads: z.array(
    z.object({
      side: Side,
      url: z.url(),
      expires_in: z.int().describe('Seconds until the link stops working.'),
    }),
  ),
}).meta({ id: 'ShownIdentityVerification' });

function toVerification(verification: IdentityVerification): z.infer<typeof VerificationAnswer> {
  return {
    id: verification.id,
    status: verification.status,
    document_type: verification.documentType,
    country: verification.country,
    document_expires_on: verification.documentExpiresOn,
    files: verification.files.map(({ side, file }) => ({
      side,
      file_id: file.id,
      status: file.status,
      rejection: file.rejection,
    })),
    rejection: verification.rejection,
    rejection_reason: verification.rejectionReason,
    submitted_at: isoOrNull(verification.submittedAt),
    decided_at: isoOrNull(verification.decidedAt),
    created_at: iso(verification.createdAt),
    updated_at: iso(verification.updatedAt),
  };
}

export function toOwnIdentity({ status, verification }: OwnIdentity): z.infer<typeof OwnIdentityAnswer> {
  return { status, verification: verification && toVerification(verification) };
}

export function toBegunVerification({
  verification,
  uploads,
}: BegunVerification): z.infer<typeof BegunVerificationAnswer> {
  return {
    ...toVerification(verification),
    uploads: uploads.map(({ side, ticket }) => ({ side, upload: toUpload(ticket) })),
  };
}

export function toListedVerification(
  verification: ListedVerification,
): z.infer<typeof ListedVerificationAnswer> {
  return {
    ...toVerification(verification),
    person: verification.person,
    decided_by: verification.decidedBy,
  };
}

export function toShownVerification({
  verification,
  links,
}: ShownVerification): z.infer<typeof ShownVerificationAnswer> {
  return {
    ...toListedVerification(verification),
    downloads: [...links].map(([side, { url, expiresIn }]) => ({ side, url, expires_in: expiresIn })),
  };
}
