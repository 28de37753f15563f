import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startTestApp, type TestApp } from '../../support/app.ts';
import type { Answer } from '../../support/client.ts';
import { mailsTo } from '../../support/mailbox.ts';
import {
  book,
  type DoctorPerson,
  freeSlots,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../../support/people.ts';
import { beginsIn } from '../../support/visits.ts';

describe('moving a visit', () => {
  let app: TestApp;
  let admin: Person;
  let doctor: DoctorPerson;

  before(async () => {
    app = await startTestApp({ VISIT_OPENS_MINUTES: '15' });
    admin = await registerAdmin(app);
  });
  after(() => app.close());

  /** A confirmed visit with a doctor of its own, who asks for nothing unless told otherwise. */
  const visit = async (index = 0, profile: Record<string, unknown> = {}) => {
    doctor = await registerDoctor(app, admin, {
      consultation_fee: { amount: 0, currency: 'EUR' },
      ...profile,
    });
    const patient = await register(app);
    return { patient, ...(await book(patient, doctor.doctorId, index)) };
  };
  const slot = async (index: number) => {
    const found = (await freeSlots(doctor.client, doctor.doctorId))[index];
    if (!found) throw new Error(`No slot ${index}.`);
    return found.start;
  };
  const move = (who: Person, id: string, start: string, version?: number): Promise<Answer> =>
    (version === undefined ? who.client : who.client.with({ 'if-match': `"${version}"` })).post(
      `/api/appointments/${id}/reschedule/`,
      { start },
    );
  const sameInstant = (a: string, b: string) => Temporal.Instant.from(a).equals(Temporal.Instant.from(b));
  const percent = async (patient: Person, id: string) =>
    (await patient.client.get(`/api/appointments/${id}/cancellation-quote/`)).body.data.refund_percent;

  it('is for the patient three times, and for the doctor as often as need be', async () => {
    const { patient, id } = await visit(100);
    for (const index of [150, 160, 170])
      expect((await move(patient, id, await slot(index))).status).toBe(200);
    const fourth = await move(patient, id, await slot(180));
    expect(fourth.status).toBe(409);
    expect(fourth.body.details).toEqual({ code: 'moved_too_often', limit: 3 });
    for (const index of [180, 190]) expect((await move(doctor, id, await slot(index))).status).toBe(200);
    expect((await move(admin, id, await slot(200))).status).toBe(200);
  });

  it('changes nothing when the visit is there already', async () => {
    const { patient, id, start } = await visit(100);
    const again = await move(patient, id, start);
    expect(again.body.data).toMatchObject({ status: 'scheduled', version: 2, start });
    await app.drained();
    const told = await patient.client.get('/api/notifications/?type=appointment_rescheduled');
    expect(told.body.data.total).toBe(0);
  });

  it('ends for the patient where the doctor’s notice begins, and goes on for the doctor', async () => {
    const { patient, id } = await visit(10, { minimum_notice_minutes: 120 });
    await beginsIn(app, id, 119);
    const late = await move(patient, id, await slot(50));
    expect(late.status).toBe(409);
    expect(late.body.details).toMatchObject({ code: 'too_late_to_move', movable_until: expect.any(String) });
    await beginsIn(app, id, 121);
    expect((await move(patient, id, await slot(50))).status).toBe(200);
    await beginsIn(app, id, -5);
    expect((await move(patient, id, await slot(60))).body.details.code).toBe('too_late_to_move');
    expect((await move(doctor, id, await slot(60))).status).toBe(200);
  });

  it('takes a doctor who takes no new patients, and only times that the doctor offers', async () => {
    const { patient, id } = await visit(100);
    await doctor.client.patch('/api/doctors/profile/', { accepting_patients: false });
    const off = await move(patient, id, '2027-01-01T00:07:00Z');
    expect(off.body.details.code).toBe('slot_not_offered');
    const target = Temporal.Instant.from(
      (await patient.client.get(`/api/appointments/${id}/`)).body.data.start,
    );
    expect((await move(patient, id, target.add({ hours: 1 }).toString())).status).toBe(200);
  });

  it('does not let a patient out of a late cancellation by moving the visit far away first', async () => {
    const { patient, id } = await visit(10);
    expect(await percent(patient, id)).toBe(50);
    const moved = await move(patient, id, await slot(300));
    expect(moved.body.data.cancellation_policy.free_until).toBeNull();
    expect(await percent(patient, id)).toBe(50);

    const early = await visit(300);
    const kept = await move(early.patient, early.id, await slot(350));
    const { free_until } = kept.body.data.cancellation_policy;
    expect(Date.parse(kept.body.data.start) - Date.parse(free_until)).toBe(24 * 3_600_000);
    expect(await percent(early.patient, early.id)).toBe(100);
  });

  it('lets a patient out for nothing of a time that the doctor chose', async () => {
    const { patient, id } = await visit(300);
    const moved = await move(doctor, id, await slot(5));
    expect(moved.body.data.cancellation_policy.free_until).toBe(moved.body.data.start);
    expect(await percent(patient, id)).toBe(100);
  });

  it('moves the reminders and the calendar entries with it, each time with a higher number', async () => {
    const { patient, id } = await visit(100);
    await app.drained();
    for (const index of [150, 200]) {
      await move(patient, id, await slot(index));
      await app.drained();
    }
    const entries = (await mailsTo(app, patient.email)).flatMap(({ calendar }) => calendar ?? []);
    expect(entries.map(({ properties }) => properties['SEQUENCE'])).toEqual(['0', '1', '2']);
    expect(new Set(entries.map(({ properties }) => properties['UID'])).size).toBe(1);
    const { start } = (await patient.client.get(`/api/appointments/${id}/`)).body.data;
    const reminders = await patient.client.get(`/api/appointments/${id}/reminders/`);
    expect(
      reminders.body.data.items.map(({ due_at, minutes_before, status }: Record<string, string | number>) => [
        Date.parse(String(due_at)) + Number(minutes_before) * 60_000 === Date.parse(start),
        status,
      ]),
    ).toEqual([
      [true, 'scheduled'],
      [true, 'scheduled'],
    ]);
  });

  it('is refused for a visit that is held, over or off', async () => {
    const { patient, id } = await visit(100);
    const to = await slot(200);
    for (const status of ['held', 'in_progress', 'completed', 'cancelled', 'no_show', 'expired']) {
      await app.sql('update appointments set status = $2::appointment_status where id = $1', [id, status]);
      const answer = await move(patient, id, to);
      expect([answer.status, answer.body.details.code]).toEqual([409, `appointment_is_${status}`]);
    }
  });

  describe('at once with something else', () => {
    it('lets one of two with the same version win', async () => {
      const { patient, id } = await visit(100);
      const [a, b] = [await slot(150), await slot(160)];
      const answers = await Promise.all([move(patient, id, a, 2), move(doctor, id, b, 2)]);
      expect(answers.map(({ status }) => status).toSorted((x, y) => x - y)).toEqual([200, 409]);
      expect(answers.find(({ status }) => status === 409)?.body.details.code).toBe('version_changed');
      const { start } = (await patient.client.get(`/api/appointments/${id}/`)).body.data;
      expect(sameInstant(start, answers[0]?.status === 200 ? a : b)).toBe(true);
    });

    it('gives one slot to one of many visits, and every other visit stays where it was', async () => {
      const { patient, id } = await visit(100);
      const others = await Promise.all(
        Array.from({ length: 5 }, async (_, index) => {
          const person = await register(app);
          return { patient: person, ...(await book(person, doctor.doctorId, 110 + index * 7)) };
        }),
      );
      const target = await slot(250);
      const all = [{ patient, id }, ...others];
      const answers = await Promise.all(all.map((one) => move(one.patient, one.id, target)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      for (const { status, body } of answers)
        if (status !== 200) expect(body.details.code).toBe('slot_taken');
      const [{ live } = { live: '' }] = await app.sql<{ live: string }>(
        `select count(*) as live from appointments where practitioner_id = $1 and status = 'scheduled'`,
        [doctor.doctorId],
      );
      expect(Number(live)).toBe(all.length);
    });

    it('ends with a visit that is either moved or off, and one that is begun was not moved', async () => {
      for (let round = 0; round < 4; round += 1) {
        const { patient, id, start } = await visit(100 + round);
        const target = await slot(200);
        const [moved, cancelled] = await Promise.all([
          move(patient, id, target),
          doctor.client.post(`/api/appointments/${id}/cancel/`),
        ]);
        expect(cancelled?.status).toBe(200);
        const { status } = (await patient.client.get(`/api/appointments/${id}/`)).body.data;
        expect(status).toBe('cancelled');
        if (moved?.status !== 200) expect(moved?.body.details.code).toBe('appointment_is_cancelled');
        const free = (await freeSlots(doctor.client, doctor.doctorId)).map((one) => one.start);
        for (const time of [start, target]) expect(free.some((one) => sameInstant(one, time))).toBe(true);
      }
      for (let round = 0; round < 4; round += 1) {
        const { id } = await visit(100 + round);
        await beginsIn(app, id, 5);
        const target = await slot(200);
        const [moved, started] = await Promise.all([
          move(doctor, id, target),
          doctor.client.post(`/api/appointments/${id}/start/`),
        ]);
        const codes = [moved, started].map((answer) => answer?.body.details?.code ?? 'done');
        expect([
          ['done', 'too_early'],
          ['appointment_is_in_progress', 'done'],
        ]).toContainEqual(codes);
      }
    });
  });
});
