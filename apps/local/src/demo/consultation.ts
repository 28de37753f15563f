import type { Caller } from './caller.ts';
import { DemoFailure } from './demo-failure.ts';
import type { DemoVisit, Stage } from './stage.ts';

/** The doctor writes the record and a prescription; both download its PDF, and anybody can verify it. */
export async function consultation(stage: Stage, visit: DemoVisit): Promise<void> {
  const { screen, cast } = stage;
  const { doctor, patient } = cast;
  screen.step('The doctor writes the encounter and a prescription; both download the PDF');
  const encounter = await doctor.post(
    '/api/emr/encounters/',
    { appointment_id: visit.id, ...RECORD },
    { show: ({ id, status, diagnoses }) => ({ id, status, diagnoses }) },
  );
  await doctor.patch(
    `/api/emr/encounters/${encounter.id}/`,
    { status: 'finalized' },
    { show: ({ id, status, version }) => ({ id, status, version }) },
  );
  const prescription = await doctor.post(
    '/api/emr/prescriptions/',
    { appointment_id: visit.id, encounter_id: encounter.id, ...PRESCRIPTION, status: 'issued' },
    { show: ({ number, status, verification_code }) => ({ number, status, verification_code }) },
  );
  const pdf = await doctor.post(
    `/api/emr/prescriptions/${prescription.id}/pdf/`,
    {},
    { show: ({ document_id, expires_in }) => ({ document_id, expires_in }) },
  );
  await download(stage, doctor, pdf.document_id);
  screen.link('the PDF, for five minutes', await download(stage, patient, pdf.document_id));
  await patient.get(`/api/emr/verify/${prescription.verification_code}/`);
  const page = await fetch(prescription.verification_url);
  if (!page.ok) throw new DemoFailure(`The verification page answers ${page.status}.`);
  screen.link('what the QR code leads to', prescription.verification_url);
}

/** Fetches the file as a browser would, by its presigned link alone, and gives that link. */
async function download({ screen }: Stage, who: Caller, documentId: string): Promise<string> {
  const { url } = await who.get(`/api/emr/documents/${documentId}/download/`, {
    show: ({ expires_in }) => ({ url: '…', expires_in }),
  });
  const response = await fetch(url);
  const bytes = Buffer.from(await response.arrayBuffer());
  if (!response.ok || !bytes.subarray(0, 5).equals(Buffer.from('%PDF-'))) {
    throw new DemoFailure(`The download is no PDF (${response.status}).`);
  }
  screen.note(`${Math.ceil(bytes.length / 1024)} KiB of PDF`);
  return url;
}

const RECORD = {
  chief_complaint: 'Sore throat for three days',
  subjective: 'Sore throat since Sunday, worse on swallowing, no cough, felt feverish last night.',
  objective: 'Tonsils red without exudate on the camera. Neck moves freely. Speaks normally.',
  assessment: 'Acute viral pharyngitis.',
  plan: 'Pain relief, fluids, rest; come back if it is not better on Friday.',
  diagnoses: [{ code: 'J02.9', system: 'icd-10', description: 'Acute pharyngitis, unspecified' }],
  vitals: { temperature: 37.8, heart_rate: 84, systolic: 122, diastolic: 78, weight: 61 },
};

const PRESCRIPTION = {
  items: [
    {
      medicine: 'Ibuprofen',
      strength: '400 mg',
      form: 'tablet',
      dose: '1 tablet',
      route: 'by mouth',
      frequency: 'three times a day, with food',
      duration: '3 days',
      quantity: '9 tablets',
    },
  ],
  advice: 'Plenty to drink. Call at once if you cannot swallow or find it hard to breathe.',
};
