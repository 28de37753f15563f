import { z } from 'zod';
import type { DownloadLink, Prescription, PrescriptionItem, VerifiedPrescription } from '#emr';
import { iso, isoOrNull, present, RequiredText, Text, Timestamp } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';
import { Named } from './emr-fields.ts';

const Status = z.enum(['draft', 'issued', 'cancelled']);

const item = {
  medicine: RequiredText(200).describe('The generic name.'),
  strength: RequiredText(80).describe('With its unit, for example 500 mg.'),
  form: RequiredText(80).describe('For example tablet.'),
  dose: RequiredText(120).describe('For example 1 tablet.'),
  route: RequiredText(80).describe('For example by mouth.'),
  frequency: RequiredText(200),
  duration: RequiredText(120),
  quantity: RequiredText(80),
};

const Item = z.object({
  ...item,
  refills: z.int().min(0).max(99).default(0),
  substitution_allowed: z
    .boolean()
    .default(true)
    .describe('Whether the pharmacist may give another product with the same substance.'),
  instructions: Text(1000).nullable().default(null),
});

const Content = z.object({
  items: z.array(Item.transform(toItem)).min(1).max(50),
  advice: Text(4000).nullish().describe('What the patient should do besides taking the medicines.'),
  allergy_override_reason: RequiredText(1000)
    .nullish()
    .describe('Why a medicine is prescribed although the patient is recorded as allergic to it.'),
  duplicate_override_reason: RequiredText(1000)
    .nullish()
    .describe('Why a medicine is prescribed that another prescription of the patient has already.'),
});

export const CreatePrescription = Content.extend({
  appointment_id: z.uuid(),
  encounter_id: z.uuid().nullish().describe('The encounter of the visit; found when left out.'),
  status: z.enum(['draft', 'issued']).default('draft').describe('`issued` signs it at once.'),
}).transform(
  ({ appointment_id, encounter_id, allergy_override_reason, duplicate_override_reason, ...rest }) => ({
    ...rest,
    appointmentId: appointment_id,
    encounterId: encounter_id ?? undefined,
    allergyOverrideReason: allergy_override_reason,
    duplicateOverrideReason: duplicate_override_reason,
  }),
);

export const UpdatePrescription = Content.partial()
  .extend({
    status: Status.optional().describe('`issued` signs a draft, `cancelled` calls an issued one back.'),
    cancellation_reason: RequiredText(1000).nullish().describe('Required to cancel.'),
  })
  .transform(({ items, advice, status, cancellation_reason, ...reasons }) => ({
    ...present({
      items,
      advice,
      allergyOverrideReason: reasons.allergy_override_reason,
      duplicateOverrideReason: reasons.duplicate_override_reason,
    }),
    status,
    cancellationReason: cancellation_reason ?? undefined,
  }));

export const ListPrescriptions = listQuery(
  { created_at: 'createdAt', updated_at: 'updatedAt', issued_at: 'issuedAt' },
  {
    patient_id: z.uuid().optional(),
    appointment_id: z.uuid().optional(),
    encounter_id: z.uuid().optional(),
    status: Status.optional(),
  },
).transform(({ patient_id, appointment_id, encounter_id, ...query }) => ({
  ...query,
  patientId: patient_id,
  appointmentId: appointment_id,
  encounterId: encounter_id,
}));

export const PrescriptionAnswer = z
  .object({
    id: z.uuid(),
    number: z.string(),
    appointment_id: z.uuid(),
    encounter_id: z.uuid().nullable(),
    doctor: Named,
    patient: Named,
    status: Status,
    items: z.array(
      z.object({
        ...item,
        refills: z.int(),
        substitution_allowed: z.boolean(),
        instructions: z.string().nullable(),
      }),
    ),
    advice: z.string().nullable(),
    allergy_override_reason: z.string().nullable(),
    duplicate_override_reason: z.string().nullable(),
    issued_at: Timestamp.nullable(),
    cancelled_at: Timestamp.nullable(),
    cancellation_reason: z.string().nullable(),
    document_id: z.uuid().nullable().describe('Its PDF, once it was generated.'),
    verification_code: z.string().nullable().describe('What stands on the paper; null for a draft.'),
    verification_url: z.url().nullable().describe('The public page that the QR code leads to.'),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'Prescription' });

export const VerificationAnswer = z
  .object({
    number: z.string(),
    status: z.enum(['issued', 'cancelled']),
    issued_on: z.iso.date().describe('As it stands on the paper: the day at the practice.'),
    cancelled_on: z.iso.date().nullable(),
    doctor: z.object({ name: z.string(), license_number: z.string(), license_country: z.string() }),
    practice: z.string(),
    patient_initials: z.string(),
    item_count: z.int().describe('How many medicines stand on the paper.'),
  })
  .meta({ id: 'PrescriptionVerification' });

export const LinkAnswer = z
  .object({
    document_id: z.uuid(),
    download_url: z.url().describe('Works without logging in, for `expires_in` seconds.'),
    expires_in: z.int(),
  })
  .meta({ id: 'PrescriptionPdf' });

export function toPrescription(prescription: Prescription): z.infer<typeof PrescriptionAnswer> {
  const { verification, status } = prescription;
  return {
    id: prescription.id,
    number: prescription.number,
    appointment_id: prescription.appointmentId,
    encounter_id: prescription.encounterId,
    doctor: { id: prescription.practitionerId, name: prescription.practitionerName },
    patient: { id: prescription.patientId, name: prescription.patientName },
    status,
    items: prescription.items.map(fromItem),
    advice: prescription.advice,
    allergy_override_reason: prescription.allergyOverrideReason,
    duplicate_override_reason: prescription.duplicateOverrideReason,
    issued_at: isoOrNull(prescription.issuedAt),
    cancelled_at: isoOrNull(prescription.cancelledAt),
    cancellation_reason: prescription.cancellationReason,
    document_id: prescription.documentId,
    verification_code: status === 'draft' ? null : verification.code,
    verification_url: status === 'draft' ? null : verification.url,
    created_at: iso(prescription.createdAt),
    updated_at: iso(prescription.updatedAt),
  };
}

export function toVerification(verified: VerifiedPrescription): z.infer<typeof VerificationAnswer> {
  const { doctor, issuedAt, cancelledAt, timeZone } = verified;
  const day = (at: Temporal.Instant) => at.toZonedDateTimeISO(timeZone).toPlainDate().toString();
  return {
    number: verified.number,
    status: verified.status,
    issued_on: day(issuedAt),
    cancelled_on: cancelledAt && day(cancelledAt),
    doctor: {
      name: doctor.name,
      license_number: doctor.licenceNumber,
      license_country: doctor.licenceCountry,
    },
    practice: verified.practiceName,
    patient_initials: verified.patientInitials,
    item_count: verified.itemCount,
  };
}

export function toLink({ documentId, url, expiresIn }: DownloadLink): z.infer<typeof LinkAnswer> {
  return { document_id: documentId, download_url: url, expires_in: expiresIn };
}

function toItem(body: z.output<typeof Item>): PrescriptionItem {
  const { medicine, substitution_allowed, instructions, ...rest } = body;
  return {
    ...rest,
    genericName: medicine,
    substitutionAllowed: substitution_allowed,
    instructions: instructions || null,
  };
}

function fromItem(line: PrescriptionItem) {
  const { genericName, substitutionAllowed, ...rest } = line;
  return { medicine: genericName, substitution_allowed: substitutionAllowed, ...rest };
}
