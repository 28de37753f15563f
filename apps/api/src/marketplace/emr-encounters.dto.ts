import { z } from 'zod';
import { type Encounter, type EncounterContent, ICD_10, type SignedEncounter } from '#emr';
import { iso, isoOrNull, present, RequiredText, Text, Timestamp } from '../http/fields.ts';
import { listQuery } from '../http/list-query.ts';
import { Named } from './emr-fields.ts';
import { SignsAnswer, toSigns, VitalSigns } from './emr-vitals.dto.ts';

const Status = z.enum(['draft', 'finalized', 'amended']);
const Note = Text(20_000);

const Diagnosis = z
  .object({
    code: z.string().trim().toUpperCase().regex(ICD_10, 'An ICD-10 code, for example J06.9.'),
    system: z.literal('icd-10').default('icd-10'),
    description: RequiredText(300),
  })
  .meta({ id: 'Diagnosis' });

const Content = z
  .object({
    chief_complaint: Text(1000),
    subjective: Note.describe('What the patient tells.'),
    objective: Note.describe('What the doctor finds.'),
    assessment: Note.describe('What it is.'),
    plan: Note.describe('What is done about it.'),
    diagnoses: z.array(Diagnosis).max(50),
    vitals: VitalSigns.nullable().describe('Signs taken in this visit; null leaves them as they are.'),
  })
  .partial();

function toContent(body: z.output<typeof Content>): Partial<EncounterContent> {
  return present({
    chiefComplaint: body.chief_complaint,
    subjective: body.subjective,
    objective: body.objective,
    assessment: body.assessment,
    plan: body.plan,
    diagnoses: body.diagnoses,
    vitals: body.vitals ?? undefined,
  });
}

export const CreateEncounter = Content.extend({ appointment_id: z.uuid() }).transform(
  ({ appointment_id, ...body }) => ({ appointmentId: appointment_id, content: toContent(body) }),
);

export const UpdateEncounter = Content.extend({
  status: Status.optional().describe('`finalized` signs a draft.'),
  amendment_reason: RequiredText(1000)
    .nullish()
    .describe('Why a signed encounter is changed; required then.'),
}).transform(({ status, amendment_reason, ...body }) => ({
  ...toContent(body),
  status,
  amendmentReason: amendment_reason ?? undefined,
}));

export const ListEncounters = listQuery(
  { created_at: 'createdAt', updated_at: 'updatedAt' },
  {
    patient_id: z.uuid().optional(),
    appointment_id: z.uuid().optional(),
    status: Status.optional(),
  },
).transform(({ patient_id, appointment_id, ...query }) => ({
  ...query,
  patientId: patient_id,
  appointmentId: appointment_id,
}));

const content = {
  chief_complaint: z.string(),
  subjective: z.string(),
  objective: z.string(),
  assessment: z.string(),
  plan: z.string(),
  diagnoses: z.array(z.object({ code: z.string(), system: z.literal('icd-10'), description: z.string() })),
  vitals: SignsAnswer.nullable(),
};

export const EncounterAnswer = z
  .object({
    id: z.uuid(),
    appointment_id: z.uuid(),
    doctor: Named,
    patient: Named,
    status: Status,
    version: z.int().describe('0 for a draft; each signature adds one.'),
    ...content,
    finalized_at: Timestamp.nullable(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'Encounter' });

export const SignedEncounterAnswer = EncounterAnswer.extend({
  versions: z
    .array(
      z.object({
        version: z.int(),
        ...content,
        signed_by: z.uuid(),
        signed_at: Timestamp,
        amendment_reason: z.string().nullable(),
      }),
    )
    .describe('Every version as it was signed, the first one first.'),
}).meta({ id: 'EncounterWithVersions' });

export function toEncounter(encounter: Encounter): z.infer<typeof EncounterAnswer> {
  return {
    id: encounter.id,
    appointment_id: encounter.appointmentId,
    doctor: { id: encounter.practitionerId, name: encounter.practitionerName },
    patient: { id: encounter.patientId, name: encounter.patientName },
    status: encounter.status,
    version: encounter.version,
    ...fromContent(encounter),
    finalized_at: isoOrNull(encounter.finalizedAt),
    created_at: iso(encounter.createdAt),
    updated_at: iso(encounter.updatedAt),
  };
}

export function toSignedEncounter(
  encounter: Encounter,
  versions: readonly SignedEncounter[],
): z.infer<typeof SignedEncounterAnswer> {
  return {
    ...toEncounter(encounter),
    versions: versions.map((signed) => ({
      version: signed.version,
      ...fromContent(signed),
      signed_by: signed.signedBy,
      signed_at: iso(signed.signedAt),
      amendment_reason: signed.amendmentReason,
    })),
  };
}

function fromContent({ chiefComplaint, diagnoses, vitals, ...soap }: EncounterContent) {
  return {
    chief_complaint: chiefComplaint,
    subjective: soap.subjective,
    objective: soap.objective,
    assessment: soap.assessment,
    plan: soap.plan,
    diagnoses: [...diagnoses],
    vitals: vitals && toSigns(vitals),
  };
}
