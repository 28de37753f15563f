import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { AppointmentCancelled, AppointmentRescheduled } from '#appointments';
import { AccountParts } from '#auth';
import { HoursOpened } from '#availability';
import { Jobs } from '#platform';
import { startTestApp, type TestApp } from '../../support/app.ts';
import type { Answer } from '../../support/client.ts';
import { intentFor, PAYING_APP, payInBrowser, settled } from '../../support/paying.ts';
import {
  type DoctorPerson,
  PASSWORD,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../../support/people.ts';

const FREE = { consultation_fee: { amount: 0, currency: 'EUR' } };

describe('the waitlist', () => {
  let app: TestApp;
  let admin: Person;
  let doctor: DoctorPerson;

  before(async () => {
    app = await startTestApp(PAYING_APP);
    admin = await registerAdmin(app);
  });
  after(() => app.close());

  const dateIn = (days: number) => Temporal.Now.plainDateISO('UTC').add({ days }).toString();
  /** The slot of the doctor's that begins at ten (or another half hour) of a day. */
  const startIn = (days: number, time = '10:00') => `${dateIn(days)}T${time}:00Z`;
  const bookAt = async (who: Person, start: string) => {
    const answer = await who.client.post('/api/appointments/', { doctor_id: doctor.doctorId, start });
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body.data.id as string;
  };
  const join = (who: Person, days: number, more: object = {}): Promise<Answer> =>
    who.client.post('/api/appointments/waitlist/', {
      doctor_id: doctor.doctorId,
      from_date: dateIn(days),
      to_date: dateIn(days),
      earliest_time: '10:00',
      latest_time: '10:30',
      ...more,
    });
  const waiting = async (days: number, more: object = {}) => {
    const person = await register(app);
    const answer = await join(person, days, more);
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return { person, id: answer.body.data.id as string };
  };
  const entry = async (who: Person, id: string) =>
    (await who.client.get(`/api/appointments/waitlist/${id}/`)).body.data;
  const cancel = async (who: Person, id: string) => {
    const answer = await who.client.post(`/api/appointments/${id}/cancel/`);
    expect(answer.status).toBe(200);
    await app.drained();
  };
  const lapse = async (appointmentId: string) => {
    await app.sql('update appointments set hold_expires_at = now() where id = $1', [appointmentId]);
    await app.sql(
      `update pgboss.job set start_after = now() where name = 'appointments.expire-hold' and data->>'appointmentId' = $1`,
      [appointmentId],
    );
    await app.drained();
  };
  /** A day on which the doctor's one slot that somebody waits for is taken. */
  const takenDay = async (days: number, profile: Record<string, unknown> = FREE) => {
    doctor = await registerDoctor(app, admin, profile);
    const holder = await register(app);
    return { holder, visit: await bookAt(holder, startIn(days)) };
  };

  it('offers a slot that was called off to who waits for it, kept for half an hour, to be paid', async () => {
    const { holder, visit } = await takenDay(3, {});
    const { person, id } = await waiting(3, { reason: 'A rash that itches' });
    expect(await entry(person, id)).toEqual({
      id,
      status: 'waiting',
      doctor: { id: doctor.doctorId, name: 'Dr. Dora Person' },
      patient: { id: expect.any(String), name: expect.stringContaining('Paul') },
      from_date: dateIn(3),
      to_date: dateIn(3),
      earliest_time: '10:00',
      latest_time: '10:30',
      time_zone: 'UTC',
      reason: 'A rash that itches',
      offer: null,
      created_at: expect.any(String),
      updated_at: expect.any(String),
    });
    const [row] = await app.sql<{ reason: Buffer }>('select reason from waitlist_entries where id = $1', [
      id,
    ]);
    expect(row?.reason.includes('rash')).toBe(false);

    const asked = Date.now();
    await cancel(holder, visit);
    const { status, offer } = await entry(person, id);
    expect({ status, offer }).toEqual({
      status: 'offered',
      offer: {
        appointment_id: expect.any(String),
        start: expect.stringContaining('T10:00:00'),
        end: expect.stringContaining('T10:30:00'),
        expires_at: expect.any(String),
      },
    });
    expect(Math.round((Date.parse(offer.expires_at) - asked) / 60_000)).toBe(30);
    const kept = await person.client.get(`/api/appointments/${offer.appointment_id}/`);
    expect(kept.body.data).toMatchObject({ status: 'held', reason: 'A rash that itches' });
    const told = await person.client.get('/api/notifications/?type=appointment_offered');
    expect(told.body.data.items).toMatchObject([{ data: { appointment_id: offer.appointment_id } }]);
    expect(told.body.data.items[0].body).not.toContain('rash');
    const other = await register(app);
    const taken = await other.client.post('/api/appointments/', {
      doctor_id: doctor.doctorId,
      start: startIn(3),
    });
    expect(taken.body.details.code).toBe('slot_taken');

    await payInBrowser(app, await intentFor(person, offer.appointment_id));
    await settled(app);
    expect(await entry(person, id)).toMatchObject({ status: 'booked', offer: null });
    expect((await person.client.get(`/api/appointments/${offer.appointment_id}/`)).body.data.status).toBe(
      'scheduled',
    );
  });

  it('asks one after the other: declined or let pass, the slot goes to the next, and nobody is asked twice', async () => {
    const { holder, visit } = await takenDay(4);
    const line = [await waiting(4), await waiting(4), await waiting(4)];
    await cancel(holder, visit);
    const statuses = () => Promise.all(line.map(async ({ person, id }) => (await entry(person, id)).status));
    const offerOf = async (index: number) => {
      const { person, id } = line[index] as (typeof line)[number];
      return { person, visit: (await entry(person, id)).offer.appointment_id as string };
    };
    expect(await statuses()).toEqual(['offered', 'waiting', 'waiting']);
    const first = await offerOf(0);
    await cancel(first.person, first.visit);
    expect(await statuses()).toEqual(['waiting', 'offered', 'waiting']);
    await lapse((await offerOf(1)).visit);
    expect(await statuses()).toEqual(['waiting', 'waiting', 'offered']);
    const last = await offerOf(2);
    const accepted = await last.person.client.post(`/api/appointments/${last.visit}/accept/`);
    expect(accepted.body.data.status).toBe('scheduled');
    await app.drained();
    expect(await statuses()).toEqual(['waiting', 'waiting', 'booked']);
    await cancel(last.person, last.visit);
    expect(await statuses()).toEqual(['waiting', 'waiting', 'booked']);
    expect(await bookAt(await register(app), startIn(4))).toEqual(expect.any(String));
  });

  it('offers what a move or an unpaid booking leaves, and passes over who is busy then', async () => {
    const { holder, visit } = await takenDay(5);
    const busy = await waiting(5);
    const next = await waiting(5);
    const own = doctor;
    doctor = await registerDoctor(app, admin, FREE);
    await bookAt(busy.person, startIn(5));
    doctor = own;
    const moved = await holder.client.post(`/api/appointments/${visit}/reschedule/`, { start: startIn(9) });
    expect(moved.status).toBe(200);
    await app.drained();
    expect((await entry(busy.person, busy.id)).status).toBe('waiting');
    expect((await entry(next.person, next.id)).status).toBe('offered');

    const unpaid = await takenDay(6, {});
    const heir = await waiting(6);
    await lapse(unpaid.visit);
    expect((await entry(heir.person, heir.id)).status).toBe('offered');
  });

  it('gives two slots that get free at once to two people, and tells each once', async () => {
    const { holder, visit } = await takenDay(7);
    const second = await bookAt(await register(app), startIn(7, '10:30'));
    const line = [
      await waiting(7, { latest_time: '11:00' }),
      await waiting(7, { latest_time: '11:00' }),
      await waiting(7, { latest_time: '11:00' }),
    ];
    await Promise.all([
      holder.client.post(`/api/appointments/${visit}/cancel/`),
      doctor.client.post(`/api/appointments/${second}/cancel/`),
    ]);
    await app.drained();
    // The news of each comes again, to several processes at once.
    const jobs = app.nest.get(Jobs);
    await Promise.all(
      [visit, second, visit, second].map((appointmentId) =>
        jobs.publish(AppointmentCancelled, { appointmentId, by: 'patient', wasConfirmed: true }),
      ),
    );
    await jobs.publish(AppointmentRescheduled, { appointmentId: visit, formerStart: startIn(7) });
    await app.drained();
    const found = await Promise.all(line.map(({ person, id }) => entry(person, id)));
    expect(found.map(({ status }) => status)).toEqual(['offered', 'offered', 'waiting']);
    expect(new Set(found.slice(0, 2).map(({ offer }) => offer.start)).size).toBe(2);
    for (const { person } of line.slice(0, 2)) {
      const told = await person.client.get('/api/notifications/?type=appointment_offered');
      expect(told.body.data.total).toBe(1);
    }
    const failed = await app.sql(
      `select name, output from pgboss.job where state in ('failed', 'retry') and name like 'appointments.%'`,
    );
    expect(failed).toEqual([]);
  });

  it('ends for who lets three offers pass, and when its days are over', async () => {
    const days = [8, 9, 10, 11];
    doctor = await registerDoctor(app, admin, FREE);
    const holder = await register(app);
    const visits: string[] = [];
    for (const day of days) visits.push(await bookAt(holder, startIn(day)));
    const { person, id } = await waiting(8, { to_date: dateIn(11) });
    for (const [index, visit] of visits.slice(0, 3).entries()) {
      await cancel(holder, visit);
      const { status, offer } = await entry(person, id);
      expect(status).toBe('offered');
      await lapse(offer.appointment_id);
      expect((await entry(person, id)).status).toBe(index < 2 ? 'waiting' : 'ended');
    }

    const { visit } = await takenDay(12);
    const late = await waiting(12);
    await app.sql(
      `update pgboss.job set start_after = now() where name = 'appointments.end-waiting' and data->>'entryId' = $1`,
      [late.id],
    );
    await app.drained();
    expect((await entry(late.person, late.id)).status).toBe('ended');
    await cancel(doctor, visit);
    expect((await entry(late.person, late.id)).offer).toBeNull();
  });

  it('is fulfilled by a visit that the patient found alone', async () => {
    await takenDay(13);
    const { person, id } = await waiting(13, { latest_time: '10:30', to_date: dateIn(13) });
    await bookAt(person, startIn(13, '15:00'));
    await app.drained();
    expect((await entry(person, id)).status).toBe('waiting');
    await app.sql(`update waitlist_entries set latest_time = '24:00' where id = $1`, [id]);
    await bookAt(person, startIn(13, '16:00'));
    await app.drained();
    expect((await entry(person, id)).status).toBe('booked');
  });

  it('offers new hours to everybody in line, the longest waiting first, each a slot of their own', async () => {
    await takenDay(15);
    const [first, second, third] = [await waiting(15), await waiting(15), await waiting(15)];
    const busy = first;
    const own = doctor;
    doctor = await registerDoctor(app, admin, FREE);
    await bookAt(busy.person, startIn(15));
    doctor = own;
    const rules = (await doctor.client.get('/api/doctors/availability/')).body.data.items;
    for (const { id } of rules) await doctor.client.delete(`/api/doctors/availability/${id}/`);
    await app.drained();
    const statuses = () =>
      Promise.all([first, second, third].map(async ({ person, id }) => (await entry(person, id)).status));
    expect(await statuses()).toEqual(['waiting', 'waiting', 'waiting']);
    // The one that was booked is taken; ten minutes later is free, and the next after half an hour.
    const open = (fields: object) =>
      doctor.client.post('/api/doctors/availability/', {
        type: 'extra',
        date: dateIn(15),
        time_zone: 'UTC',
        slot_minutes: 10,
        ...fields,
      });
    await app.sql(
      `update appointments set ends_at = starts_at + interval '5 minutes' where practitioner_id = $1`,
      [doctor.doctorId],
    );
    expect((await open({ start_time: '10:10', end_time: '10:20' })).status).toBe(201);
    await app.drained();
    // Elsewhere at that time.
    expect(await statuses()).toEqual(['waiting', 'offered', 'waiting']);
    expect((await open({ start_time: '10:20', end_time: '10:30' })).status).toBe(201);
    await app.drained();
    expect(await statuses()).toEqual(['waiting', 'offered', 'offered']);
    const offers = await Promise.all([second, third].map(({ person, id }) => entry(person, id)));
    expect(offers.map(({ offer }) => offer.start.slice(11, 16))).toEqual(['10:10', '10:20']);
  });

  it('offers the days that come within the horizon by themselves', async () => {
    doctor = await registerDoctor(app, admin, { ...FREE, booking_horizon_days: 20 });
    const { person, id } = await waiting(24);
    const status = async () => {
      await app.onSchedule('appointments.offer-new-days');
      return (await entry(person, id)).status;
    };
    expect(await status()).toBe('waiting');
    // Five days on, the day is as near as it is now with a horizon of five days more.
    await app.sql('update doctors set booking_horizon_days = 25 where id = $1', [doctor.doctorId]);
    expect(await status()).toBe('offered');
    expect((await entry(person, id)).offer.start).toBe(`${dateIn(24)}T10:00:00.000Z`);
    expect(await status()).toBe('offered');
  });

  it('offers what a doctor takes back of time away, and what a rule was changed to', async () => {
    doctor = await registerDoctor(app, admin, FREE);
    const away = await doctor.client.post('/api/doctors/availability/', {
      type: 'off',
      date: dateIn(16),
      start_time: '10:00',
      end_time: '12:00',
    });
    const [first, second] = [await waiting(16), await waiting(16, { latest_time: '11:00' })];
    const path = `/api/doctors/availability/${away.body.data.id}/`;
    expect((await doctor.client.patch(path, { start_time: '10:30' })).status).toBe(200);
    await app.drained();
    expect((await entry(first.person, first.id)).offer.start).toBe(startIn(16).replace('Z', '.000Z'));
    expect((await entry(second.person, second.id)).status).toBe('waiting');
    expect((await doctor.client.delete(path)).status).toBe(200);
    await app.drained();
    expect((await entry(second.person, second.id)).offer.start).toBe(
      startIn(16, '10:30').replace('Z', '.000Z'),
    );
    // Told of it again, nobody is offered a second one.
    await app.nest.get(Jobs).publish(HoursOpened, { practitionerId: doctor.doctorId });
    await app.drained();
    const told = await first.person.client.get('/api/notifications/?type=appointment_offered');
    expect(told.body.data.total).toBe(1);
  });

  it('offers nothing of a doctor who takes nobody at present', async () => {
    const { holder } = await takenDay(17);
    const { person, id } = await waiting(17);
    await doctor.client.patch('/api/doctors/profile/', { accepting_patients: false });
    await app.sql(`update appointments set status = 'cancelled' where booked_by = $1`, [holder.userId]);
    await app.nest.get(Jobs).publish(HoursOpened, { practitionerId: doctor.doctorId });
    await app.drained();
    expect((await entry(person, id)).status).toBe('waiting');
  });

  it('is left by its patient, and a slot that was kept goes to the next', async () => {
    const { holder, visit } = await takenDay(3);
    const [first, second] = [await waiting(3), await waiting(3)];
    await cancel(holder, visit);
    const leave = (who: Person, id: string) => who.client.delete(`/api/appointments/waitlist/${id}/`);
    expect((await leave(await register(app), first.id)).status).toBe(404);
    expect((await leave(doctor, first.id)).status).toBe(403);
    expect((await leave(first.person, first.id)).status).toBe(200);
    expect((await leave(first.person, first.id)).status).toBe(200);
    await app.drained();
    expect((await entry(first.person, first.id)).status).toBe('withdrawn');
    const { status, offer } = await entry(second.person, second.id);
    expect(status).toBe('offered');
    const [left, taken] = await Promise.all([
      leave(second.person, second.id),
      second.person.client.post(`/api/appointments/${offer.appointment_id}/accept/`),
    ]);
    await app.drained();
    const ended = (await entry(second.person, second.id)).status;
    const kept = (await second.person.client.get(`/api/appointments/${offer.appointment_id}/`)).body.data
      .status;
    expect([
      [200, 409, 'withdrawn', 'cancelled'],
      [409, 200, 'booked', 'scheduled'],
    ]).toContainEqual([left?.status, taken?.status, ended, kept]);
  });

  it('is waited for on behalf of a dependant, whose guardian sees, takes and exports it', async () => {
    const { holder, visit } = await takenDay(3);
    const guardian = await register(app);
    const child = await guardian.client.post('/api/patients/dependants/', {
      first_name: 'Cleo',
      last_name: 'Small',
      date_of_birth: '2020-05-01',
      relationship: 'child',
    });
    const patient_id: string = child.body.data.id;
    expect((await join(await register(app), 3, { patient_id })).status).toBe(404);
    const { id } = (await join(guardian, 3, { patient_id })).body.data;
    await cancel(holder, visit);
    const { patient, offer } = await entry(guardian, id);
    expect(patient).toEqual({ id: patient_id, name: 'Cleo Small' });
    const upcoming = await guardian.client.get('/api/appointments/upcoming/');
    expect(upcoming.body.data.items).toMatchObject([{ id: offer.appointment_id, status: 'held' }]);
    const taken = await guardian.client.post(`/api/appointments/${offer.appointment_id}/accept/`);
    expect(taken.body.data.status).toBe('scheduled');
    const parts = app.nest.get(AccountParts, { strict: false }).all();
    const part = await parts.get('appointments')?.export(guardian.userId);
    expect(part).toMatchObject({ waitlist: [{ id, patient: 'Cleo Small' }] });
  });

  it('forgets an account that goes', async () => {
    await takenDay(4);
    const { person, id } = await waiting(4, { reason: 'A secret worry' });
    const gone = await person.client.request('DELETE', '/api/auth/profile/', { password: PASSWORD });
    expect(gone.status).toBeLessThan(300);
    await app.drained();
    expect(await app.sql('select status, reason from waitlist_entries where id = $1', [id])).toEqual([
      { status: 'withdrawn', reason: null },
    ]);
  });

  it('is joined once, for days to come, by patients, and only where there is something to wait for', async () => {
    const { holder } = await takenDay(14);
    const { person } = await waiting(14);
    const again = await join(person, 14);
    expect([again.status, again.body.details.code]).toEqual([409, 'already_waiting']);
    const free = await join(await register(app), 14, { latest_time: '11:00' });
    expect(free.body.details).toEqual({
      code: 'slots_free',
      nearest_free: [{ start: startIn(14, '10:30'), end: startIn(14, '11:00') }],
    });
    const newcomer = await register(app);
    for (const wrong of [
      { from_date: dateIn(-2), to_date: dateIn(-1) },
      { to_date: dateIn(13) },
      { to_date: dateIn(14 + 90) },
    ]) {
      expect((await join(newcomer, 14, wrong)).body.details.code).toBe('invalid_range');
    }
    for (const wrong of [
      { latest_time: '10:00' },
      { earliest_time: '25:00' },
      { from_date: '2027-02-30' },
      { time_zone: 'Mars/Olympus' },
      { reason: 'x'.repeat(2001) },
    ]) {
      expect((await join(newcomer, 14, wrong)).status).toBe(400);
    }
    expect((await join(newcomer, 14, { doctor_id: newcomer.userId })).status).toBe(404);
    expect((await join(doctor, 14)).status).toBe(403);
    expect((await app.client().get('/api/appointments/waitlist/')).status).toBe(401);
    const racing = await register(app);
    const both = await Promise.all([join(racing, 14), join(racing, 14)]);
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409]);

    const list = async (who: Person, query = '') =>
      (await who.client.get(`/api/appointments/waitlist/${query}`)).body.data;
    expect((await list(person)).total).toBe(1);
    expect((await list(holder)).total).toBe(0);
    const line = await list(doctor, '?status=waiting,offered');
    expect(line.items.map(({ patient }: { patient: { name: string } }) => patient.name)).toHaveLength(2);
    expect((await list(doctor, '?status=booked')).total).toBe(0);
    expect(
      (await list(admin, `?doctor_id=${doctor.doctorId}&ordering=-created_at&page_size=1`)).items,
    ).toHaveLength(1);
    const [first] = line.items;
    expect((await holder.client.get(`/api/appointments/waitlist/${first.id}/`)).status).toBe(404);
    expect((await entry(admin, first.id)).reason).toBeNull();
  });
});
