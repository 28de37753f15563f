import type { Data } from './caller.ts';
import { DemoFailure } from './demo-failure.ts';
import type { DemoVisit, Stage } from './stage.ts';

/** A visit that is further away than this is reminded of twice. */
const REMINDED_HOURS_BEFORE = 25;

/** The patient finds the doctor and books a slot. */
export async function booking(
  { screen, cast }: Stage,
  doctor: { id: string; name: string },
): Promise<DemoVisit> {
  const { patient } = cast;
  const soonest = Temporal.Now.instant().add({ hours: REMINDED_HOURS_BEFORE });
  screen.step('The patient searches, reads the profile, sees slots in her own zone, and books one');
  const query = new URLSearchParams({
    search: cast.run,
    specialty: 'general practice',
    language: 'es',
    fee_max: '6000',
    currency: 'EUR',
    ordering: 'next_slot',
  });
  await patient.get(`/api/doctors/?${query}`, {
    show: ({ total, items: [first] }) => ({
      total,
      first: { name: first?.name, next_slot: first?.next_slot },
    }),
  });
  await patient.get(`/api/doctors/${doctor.id}/`, {
    show: ({ name, bio, languages }) => ({ name, bio, languages }),
  });
  const { slots } = await patient.get(`/api/doctors/${doctor.id}/availability/?time_zone=Asia/Kolkata`, {
    show: ({ time_zone, slots }) => ({ time_zone, free: slots.length, first: slots[0] }),
  });
  const slot = slots.find(({ start }: Data) => Temporal.Instant.compare(start, soonest) > 0);
  if (!slot) throw new DemoFailure(`${doctor.name} offers no slot in the coming days.`);
  const visit = await patient.post(
    '/api/appointments/',
    { doctor_id: doctor.id, start: slot.start, reason: 'Sore throat since Sunday' },
    { show: ({ id, status, start, fee, hold_expires_at }) => ({ id, status, start, fee, hold_expires_at }) },
  );
  return { id: visit.id, doctorId: doctor.id, patientId: visit.patient.id };
}
