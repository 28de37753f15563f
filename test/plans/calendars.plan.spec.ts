import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { Config } from '#platform';
import { logIn, type Visitors } from '../../bench/scale/visitors.ts';
import { BIG_SPECIALTY, fillWorld, worldOf } from '../../bench/scale/world.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { type Planned, plansOf } from '../support/plans.ts';

/** Of ten thousand doctors and a million visits: enough that PostgreSQL prefers an index where it has one. */
const SHARE = 0.03;

describe(`the statements of calendars and lists, with ${worldOf(SHARE).visits} visits`, () => {
  let app: TestApp;
  let visitors: Visitors;

  before(async () => {
    app = await startTestApp();
    await fillWorld(app.databaseUrls.superuser, worldOf(SHARE));
    visitors = await logIn(app.databaseUrls.superuser, app.nest.get(Config));
  });
  after(() => app.close());

  const today = Temporal.Now.plainDateISO('UTC');
  const [tomorrow, week] = [today.add({ days: 1 }).toString(), today.add({ days: 7 }).toString()];
  const doctor = (n: number) => visitors.doctors[n]?.id ?? '';
  const asPatient = () => app.client().as(visitors.patients[0]?.accessToken ?? '');
  const asDoctor = () => app.client().as(visitors.doctors[0]?.accessToken ?? '');
  const each = ({ plans }: Planned, check: (plan: string) => void) => plans.forEach(check);

  it('a calendar’s visits come from the index of live visits alone', async () => {
    const planned = await plansOf(app, 'appointments', () =>
      app.client().get(`/api/doctors/${doctor(0)}/availability/`),
    );
    const [taken] = planned.filter(
      ({ text }) => text.includes('string_agg') && text.includes('minutes_after'),
    );
    expect(taken?.plans).toHaveLength(2);
    each(taken as Planned, (plan) => {
      expect(plan).toContain('Index Only Scan using appointments_live');
    });
    for (const statement of planned)
      each(statement, (plan) => expect(plan).not.toContain('Seq Scan on appointments'));
  });

  it('a calendar’s hours, and what has changed, come from an index', async () => {
    const ask = () => app.client().get(`/api/doctors/${doctor(1)}/availability/`);
    const [rules] = await plansOf(app, 'availability_rules', ask);
    each(rules as Planned, (plan) => expect(plan).toContain('availability_rules_practitioner_id_idx'));
    // Old ones: what a transaction that is still open may hide is looked at again each time.
    await app.sql(
      `insert into calendar_changes (changed_in, practitioner_id) select '10', id from doctors, generate_series(1, 20)`,
    );
    await ask();
    await app.sql('analyze calendar_changes');
    const [look] = await plansOf(app, 'calendar_changes', ask);
    each(look as Planned, (plan) => expect(plan).toContain('calendar_changes_changed_in_idx'));
  });

  it('a question that was asked before reads no visits and no hours', async () => {
    const ask = () =>
      asPatient().get(
        `/api/appointments/slots/?specialty=${BIG_SPECIALTY}&from=${tomorrow}&to=${week}&per_doctor=3`,
      );
    const first = (await ask()).body.data;
    expect(first.total).toBe(3 * 15);
    expect(await plansOf(app, 'appointments', ask)).toEqual([]);
    expect(await plansOf(app, 'availability_rules', ask)).toEqual([]);
    // After a booking, one calendar is read again, and no other.
    await app.sql(
      'update appointments set updated_at = now(), buffer_minutes = buffer_minutes where practitioner_id = $1',
      [first.items[0].doctor_id],
    );
    const again = await plansOf(app, 'availability_rules', ask);
    expect(again).toHaveLength(1);
  });

  it('a person’s visits come from the index of theirs, and the people of no more than are shown', async () => {
    for (const path of [
      '/api/appointments/',
      '/api/appointments/upcoming/',
      '/api/appointments/?ordering=-start',
    ]) {
      for (const client of [asPatient(), asDoctor()]) {
        const [chosen, shown] = await plansOf(app, 'appointments', () => client.get(path));
        each(chosen as Planned, (plan) => {
          expect(plan).toMatch(
            /Index Scan (on|using) appointments_(practitioner_id|patient_id)_starts_at_idx/,
          );
          expect(plan).not.toContain('Seq Scan on appointments');
          expect(plan).not.toContain('Join');
        });
        each(shown as Planned, (plan) => expect(plan).toContain('appointments_pkey'));
      }
    }
  });

  it('a booking looks at no more than the calendars of the two', async () => {
    const { slots } = (await app.client().get(`/api/doctors/${doctor(2)}/availability/`)).body.data;
    const planned = await plansOf(app, 'appointments', async () => {
      const booked = await asPatient().post('/api/appointments/', {
        doctor_id: doctor(2),
        start: slots[0].start,
      });
      expect(booked.status).toBe(201);
    });
    expect(planned.length).toBeGreaterThan(0);
    for (const statement of planned)
      each(statement, (plan) => expect(plan).not.toContain('Seq Scan on appointments'));
  });
});
