import type { Data } from './caller.ts';
import type { DemoVisit, Stage } from './stage.ts';

/** The patient sees it all and reviews; the doctor sees the earning; the administrator, who read the chart. */
export async function aftermath({ screen, cast }: Stage, visit: DemoVisit): Promise<void> {
  const { patient, doctor, admin } = cast;
  screen.step('The patient reads the summary and reviews; the doctor sees the earning; the admin, who read');
  await patient.get('/api/emr/summary/me/', {
    show: ({ patient: { first_name }, encounters, active_prescriptions, documents }) => ({
      first_name,
      diagnoses: encounters.flatMap((encounter: Data) => encounter.diagnoses.map(({ code }: Data) => code)),
      prescriptions: active_prescriptions.map(({ number }: Data) => number),
      documents: documents.map(({ title }: Data) => title),
    }),
  });
  await patient.post(
    `/api/doctors/${visit.doctorId}/reviews/create/`,
    { rating: 5, comment: 'Clear, kind, on time.', appointment_id: visit.id },
    { show: ({ author, rating, comment }) => ({ author, rating, comment }) },
  );
  await doctor.until('/api/payments/earnings/', {
    what: 'the earning is released',
    isMet: ({ currencies: [first] }) => first?.available.amount > 0,
    show: ({ currencies: [{ available, total }], months }) => ({ available, total, months }),
  });
  await admin.get(`/api/audit/logs/?patient_id=${visit.patientId}&page_size=100`, {
    show: ({ total, items }) => ({ total, actions: [...new Set(items.map(({ action }: Data) => action))] }),
  });
}
