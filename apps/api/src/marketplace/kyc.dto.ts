import { z } from 'zod';
import type { KycRecord, Licence, LicenceDocument } from '#doctors';
import type { FileLink, UploadTicket } from '#files';
import { Country, iso, isoOrNull, RequiredText, Timestamp } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';
import { KycStatus } from './doctors.dto.ts';
import { Announcement, FileRejection, FileStatus, toUpload, Upload } from './files.dto.ts';

const Kind = z.enum(['licence', 'identity', 'degree', 'insurance']);
const Status = z
  .enum([
    'awaiting_documents',
    'submitted',
    'approved',
    'rejected',
    'withdrawn',
    'replaced',
    'expired',
    'revoked',
  ])
  .describe('`submitted` when every document has been uploaded and checked.');

const SubmitKyc = z
  .object({
    license_number: RequiredText(80),
    license_country: Country,
    license_expiry: z.iso.date().describe('The last day (UTC) on which the licence is valid.'),
    documents: z
      .array(z.object({ kind: Kind, ...Announcement }))
      .min(1)
      .max(10)
      .describe('What is going to be uploaded. The answer tells where to.'),
  })
  .transform(({ license_number, license_country, license_expiry, documents }) => ({
    licenseNumber: license_number,
    licenseCountry: license_country,
    licenseExpiresOn: license_expiry,
    documents: documents.map(({ kind, content_type, size_bytes }) => ({
      kind,
      contentType: content_type,
      sizeBytes: size_bytes,
    })),
  }));

const decided = {
  doctor_id: z.uuid(),
  submission_id: z
    .uuid()
    .optional()
    .describe('The submission that was looked at; refused when the doctor has sent another one since.'),
};

const DecideKyc = z
  .discriminatedUnion('status', [
    z.object({ ...decided, status: z.literal('approved') }),
    z.object({ ...decided, status: z.enum(['rejected', 'revoked']), reason: RequiredText(1000) }),
  ])
  .transform(({ doctor_id, submission_id, ...decision }) => ({
    doctorId: doctor_id,
    ...(submission_id !== undefined && { submissionId: submission_id }),
    ...decision,
  }));

/** One route for two people: the doctor sends a licence, an administrator decides on it. */
export const UpdateKyc = z.union([DecideKyc, SubmitKyc]);

export const DoctorReference = z.union([z.literal('me'), z.uuid()]);

export const ListLicences = listQuery(
  {
    submitted_at: 'submittedAt',
    license_expiry: 'expiresOn',
    created_at: 'createdAt',
    updated_at: 'updatedAt',
  },
  { status: Status.optional(), country: Country.optional() },
);

const LicenceAnswer = z.object({
  id: z.uuid(),
  doctor_id: z.uuid(),
  license_number: z.string(),
  license_country: z.string(),
  license_expiry: z.iso.date(),
  status: Status,
  documents: z.array(
    z.object({
      id: z.uuid().describe('Of the file: /api/files/{id}/ tells how far its upload is.'),
      kind: Kind,
      content_type: z.string(),
      size_bytes: z.int().nullable(),
      status: FileStatus,
      rejection: FileRejection.nullable(),
      upload: Upload.nullable().describe('Where the bytes go; told when the document is announced.'),
      download_url: z.url().nullable().describe('Works for five minutes; told by /api/doctors/{id}/kyc/.'),
    }),
  ),
  decisions: z
    .array(
      z.object({
        status: z.string(),
        reason: z.string().nullable(),
        decided_by: z.uuid().nullable().describe('`null` for what time decided.'),
        decided_at: Timestamp,
      }),
    )
    .describe('Oldest first.'),
  submitted_at: Timestamp.nullable(),
  created_at: Timestamp,
  updated_at: Timestamp,
});

export const ListedLicenceAnswer = LicenceAnswer.extend({ doctor_name: z.string() }).meta({
  id: 'KycSubmission',
});

export const KycAnswer = z
  .object({
    doctor_id: z.uuid(),
    status: KycStatus,
    license_number: z.string().nullable(),
    license_country: z.string().nullable(),
    license_expiry: z.iso.date().nullable(),
    submissions: z.array(LicenceAnswer).describe('Newest first.'),
  })
  .meta({ id: 'Kyc', description: 'The licence in force, and everything that the doctor has sent in.' });

interface Addresses {
  readonly tickets?: readonly UploadTicket[];
  readonly links?: ReadonlyMap<string, FileLink>;
}

export function toKyc({ doctor, licences }: KycRecord, addresses: Addresses = {}): z.infer<typeof KycAnswer> {
  return {
    doctor_id: doctor.id,
    status: doctor.kycStatus,
    license_number: doctor.licenseNumber,
    license_country: doctor.licenseCountry,
    license_expiry: doctor.licenseExpiresOn,
    submissions: licences.map((licence) => toLicence(licence, addresses)),
  };
}

export function toListedLicence({
  doctorName,
  ...licence
}: Licence & { readonly doctorName: string }): z.infer<typeof ListedLicenceAnswer> {
  return { ...toLicence(licence, {}), doctor_name: doctorName };
}

function toLicence(licence: Licence, addresses: Addresses): z.infer<typeof LicenceAnswer> {
  return {
    id: licence.id,
    doctor_id: licence.doctorId,
    license_number: licence.number,
    license_country: licence.country,
    license_expiry: licence.expiresOn,
    status: licence.status,
    documents: licence.documents.map((document) => toDocument(document, addresses)),
    decisions: licence.decisions.map(({ status, reason, decidedBy, decidedAt }) => ({
      status,
      reason,
      decided_by: decidedBy,
      decided_at: iso(decidedAt),
    })),
    submitted_at: isoOrNull(licence.submittedAt),
    created_at: iso(licence.createdAt),
    updated_at: iso(licence.updatedAt),
  };
}

function toDocument({ kind, file }: LicenceDocument, { tickets = [], links }: Addresses) {
  const ticket = tickets.find(({ fileId }) => fileId === file.id);
  return {
    id: file.id,
    kind,
    content_type: file.contentType,
    size_bytes: file.sizeBytes,
    status: file.status,
    rejection: file.rejection,
    upload: ticket ? toUpload(ticket) : null,
    download_url: links?.get(file.id)?.url ?? null,
  };
}
