import { after, afterEach, before, describe, it, mock } from 'node:test';
import { expect } from 'expect';
import { Clock } from '#kernel';
import { startTestApp, type TestApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import {
  type DoctorPerson,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../../support/people.ts';

describe('availability', () => {
  let app: TestApp;
  let admin: Person;
  let patient: Person;

  before(async () => {
    app = await startTestApp();
    admin = await registerAdmin(app);
    patient = await register(app);
  });
  after(() => app.close());
  afterEach(() => mock.restoreAll());

  /** A doctor who has not said yet when they work. */
  async function doctorWith(profile: Record<string, unknown> = {}): Promise<DoctorPerson> {
    const doctor = await registerDoctor(app, admin, { booking_horizon_days: 365, ...profile });
    await app.sql('delete from availability_rules where practitioner_id = $1', [doctor.doctorId]);
    return doctor;
  }
  const add = (doctor: DoctorPerson, rule: object) => doctor.client.post('/api/doctors/availability/', rule);
  async function slots(doctor: DoctorPerson, from: string, to = from, zone = 'UTC'): Promise<string[]> {
    const answer = await app
      .client()
      .get(`/api/doctors/${doctor.doctorId}/availability/?from=${from}&to=${to}&time_zone=${zone}`);
    return answer.body.data.slots.map(({ start }: { start: string }) => start);
  }
  /** The wall clock of slots, without their date. */
  const times = (found: string[]) => found.map((start) => start.slice(11, 16));
  const book = (client: Client, doctor: DoctorPerson, start: string) =>
    client.post('/api/appointments/', { doctor_id: doctor.doctorId, start });
  /** A Monday at least a week ahead. */
  const monday = (() => {
    const today = Temporal.Now.plainDateISO('UTC').add({ days: 7 });
    return today.add({ days: (8 - today.dayOfWeek) % 7 });
  })();
  const day = (after: number) => monday.add({ days: after }).toString();

  describe('rules', () => {
    it('make several intervals a day, each with its own slots, within their dates', async () => {
      const doctor = await doctorWith();
      for (const rule of [
        { day_of_week: 1, start_time: '09:00', end_time: '10:00' },
        { day_of_week: 1, start_time: '13:00', end_time: '14:00', slot_minutes: 20 },
        {
          day_of_week: 1,
          start_time: '18:00',
          end_time: '19:00',
          slot_minutes: 60,
          valid_from: day(7),
          valid_until: day(7),
        },
      ]) {
        expect((await add(doctor, rule)).status).toBe(201);
      }
      expect(times(await slots(doctor, day(0)))).toEqual(['09:00', '09:30', '13:00', '13:20', '13:40']);
      expect(times(await slots(doctor, day(7)))).toContain('18:00');
      expect(times(await slots(doctor, day(14)))).not.toContain('18:00');
    });

    it('name the line that they overlap, weekly or extra', async () => {
      const doctor = await doctorWith();
      const weekly = await add(doctor, { day_of_week: 1, start_time: '09:00', end_time: '12:00' });
      const extra = { type: 'extra', date: day(0), start_time: '11:30', end_time: '13:00' };
      const refused = await add(doctor, extra);
      expect([refused.status, refused.body.details]).toEqual([
        409,
        {
          code: 'availability_overlap',
          rule_id: weekly.body.data.id,
          type: 'weekly',
          day_of_week: 1,
          start_time: '09:00',
          end_time: '12:00',
          time_zone: 'UTC',
        },
      ]);
      // On a day off other hours take the place of the weekly ones.
      expect((await add(doctor, { type: 'off', date: day(0) })).status).toBe(201);
      const taken = await add(doctor, extra);
      expect(taken.status).toBe(201);
      expect(times(await slots(doctor, day(0)))).toEqual(['11:30', '12:00', '12:30']);
      const second = await add(doctor, { ...extra, start_time: '12:30', end_time: '14:00' });
      expect(second.body.details).toMatchObject({ rule_id: taken.body.data.id, type: 'extra', date: day(0) });
    });

    it('are told to be wrong by the names of their fields', async () => {
      const doctor = await doctorWith();
      const rule = { day_of_week: 1, start_time: '12:00', end_time: '09:00' };
      expect((await add(doctor, rule)).body.details).toEqual({
        code: 'invalid_hours',
        start_time: '12:00',
        end_time: '09:00',
      });
      const pause = { start_time: '08:00', end_time: '08:30' };
      const hours = { day_of_week: 1, start_time: '09:00', end_time: '12:00' };
      expect((await add(doctor, { ...hours, breaks: [pause] })).body.details).toEqual({
        code: 'invalid_break',
        ...pause,
      });
      expect(
        (await add(doctor, { ...hours, time_zone: undefined, day_of_week: undefined })).body.details,
      ).toEqual({
        code: 'validation_failed',
        fields: [{ path: 'day_of_week', message: 'Is required.', code: 'invalid_type' }],
      });
      expect((await doctor.client.get('/api/doctors/availability/monday/')).body.details).toEqual({
        code: 'validation_failed',
        fields: [{ path: 'id', message: 'Must be a UUID.', code: 'invalid_format' }],
      });
    });

    it('are changed by who has read them as they are, where they say what they have read', async () => {
      const doctor = await doctorWith();
      const added = await add(doctor, { day_of_week: 1, start_time: '09:00', end_time: '11:00' });
      expect(added.body.data.version).toBe(1);
      const path = `/api/doctors/availability/${added.body.data.id}/`;
      const change = (end_time: string, version?: string) =>
        (version === undefined ? doctor.client : doctor.client.with({ 'if-match': version })).patch(path, {
          end_time,
        });
      const both = await Promise.all([change('12:00', '"1"'), change('13:00', '"1"')]);
      expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
      const [refused] = both.filter(({ status }) => status === 409);
      expect(refused?.body.details).toEqual({ code: 'version_changed', version: 2 });
      expect((await change('14:00', '2')).body.data).toMatchObject({ version: 3, end_time: '14:00' });
      expect((await change('15:00')).body.data.version).toBe(4);
      expect((await change('16:00', 'x')).body.details.code).toBe('invalid_if_match');
    });

    it('that are written at the same time see each other', async () => {
      const doctor = await doctorWith();
      const rule = { day_of_week: 2, start_time: '09:00', end_time: '12:00' };
      const answers = await Promise.all([1, 2, 3].map(() => add(doctor, rule)));
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409]);
    });

    it('close a day, or a part of it, and back', async () => {
      const doctor = await doctorWith();
      await add(doctor, { day_of_week: 1, start_time: '09:00', end_time: '11:00' });
      const away = { type: 'off', date: day(0), start_time: '09:30', end_time: '10:00' };
      const off = (await add(doctor, away)).body.data;
      expect(times(await slots(doctor, day(0)))).toEqual(['09:00', '10:00', '10:30']);
      const path = `/api/doctors/availability/${off.id}/`;
      const whole = await doctor.client.patch(path, { start_time: null, end_time: null });
      expect(whole.body.data).toMatchObject({ type: 'off', date: day(0), start_time: null, end_time: null });
      expect(await slots(doctor, day(0))).toEqual([]);
      expect((await doctor.client.delete(path)).status).toBe(200);
      expect(times(await slots(doctor, day(0)))).toEqual(['09:00', '09:30', '10:00', '10:30']);
    });

    it('are complete, and not without number', async () => {
      const doctor = await doctorWith();
      const rule = await add(doctor, { day_of_week: 1, start_time: '09:00', end_time: '11:00' });
      const emptied = await doctor.client.patch(`/api/doctors/availability/${rule.body.data.id}/`, {
        start_time: null,
      });
      expect([emptied.status, emptied.body.details.code]).toEqual([400, 'incomplete_hours']);
      await app.sql(
        `insert into availability_rules (id, organization_id, practitioner_id, kind, date, time_zone, slot_minutes, created_at, updated_at)
         select gen_random_uuid(), organization_id, practitioner_id, 'off', current_date + n, 'UTC', 30, now(), now()
         from availability_rules, generate_series(400, 898) n where id = $1`,
        [rule.body.data.id],
      );
      const tooMany = await add(doctor, { type: 'off', date: day(1) });
      expect([tooMany.status, tooMany.body.details]).toEqual([409, { code: 'too_many_rules', limit: 500 }]);
    });
  });

  describe('limits', () => {
    it('keep the buffer of a visit, also when the rules have changed since', async () => {
      const doctor = await doctorWith();
      const rule = await add(doctor, {
        day_of_week: 1,
        start_time: '09:00',
        end_time: '12:00',
        buffer_minutes: 15,
      });
      expect(times(await slots(doctor, day(0)))).toEqual(['09:00', '09:45', '10:30', '11:15']);
      expect((await book(patient.client, doctor, `${day(0)}T09:45:00Z`)).status).toBe(201);
      expect(times(await slots(doctor, day(0)))).toEqual(['09:00', '10:30', '11:15']);
      // The visit lasts until 10:15 and keeps 10:15 to 10:30 free.
      const path = `/api/doctors/availability/${rule.body.data.id}/`;
      await doctor.client.patch(path, { slot_minutes: 15, buffer_minutes: 0 });
      const quarters = times(await slots(doctor, day(0)));
      expect(quarters.slice(0, 4)).toEqual(['09:00', '09:15', '09:30', '10:30']);
      // A slot with a longer buffer leaves it free before the visit.
      await doctor.client.patch(path, { slot_minutes: 30, buffer_minutes: 30 });
      expect(times(await slots(doctor, day(0)))).toEqual(['11:00']);
      const other = await register(app);
      const taken = await book(other.client, doctor, `${day(0)}T09:00:00Z`);
      expect([taken.status, taken.body.details.code]).toEqual([409, 'slot_taken']);
      expect(taken.body.details.nearest_free).toContainEqual({
        start: `${day(0)}T11:00:00Z`,
        end: `${day(0)}T11:30:00Z`,
      });
    });

    it('are held by the database too', async () => {
      const doctor = await doctorWith();
      await add(doctor, { day_of_week: 1, start_time: '09:00', end_time: '12:00', buffer_minutes: 15 });
      const { id } = (await book(patient.client, doctor, `${day(0)}T09:00:00Z`)).body.data;
      const other = (await book((await register(app)).client, doctor, `${day(0)}T09:45:00Z`)).body.data;
      await expect(
        app.sql(`update appointments set starts_at = starts_at - interval '1 minute' where id = $1`, [
          other.id,
        ]),
      ).rejects.toThrow('appointments_practitioner_overlap');
      await app.sql(`update appointments set buffer_minutes = 14 where id = $1`, [id]);
      await app.sql(`update appointments set starts_at = starts_at - interval '1 minute' where id = $1`, [
        other.id,
      ]);
    });

    it('count a day’s visits in the practitioner’s own zone', async () => {
      const doctor = await doctorWith({ time_zone: 'America/New_York', daily_limit: 2 });
      for (const day_of_week of [1, 2, 3]) {
        await add(doctor, { day_of_week, start_time: '00:00', end_time: '24:00', time_zone: 'UTC' });
      }
      const zone = 'America/New_York';
      const at = (date: number, time: string) =>
        monday.add({ days: date }).toPlainDateTime(time).toZonedDateTime(zone).toInstant().toString();
      const early = await book(patient.client, doctor, at(1, '01:00'));
      // Half past nine in the evening of that day is already the next day in UTC.
      const late = await book((await register(app)).client, doctor, at(1, '21:30'));
      expect([early.status, late.status]).toEqual([201, 201]);
      expect(await slots(doctor, day(1), day(1), zone)).toEqual([]);
      const refused = await book((await register(app)).client, doctor, at(1, '12:00'));
      expect([refused.status, refused.body.details.code]).toEqual([409, 'day_full']);
      expect(refused.body.details.nearest_free).toHaveLength(5);
      // The days around it are open; a visit that is cancelled makes room.
      expect((await slots(doctor, day(0), day(0), zone)).at(-1)?.slice(11)).toMatch(/^23:30:00-0[45]:00$/);
      const next = await book((await register(app)).client, doctor, at(2, '00:00'));
      expect(next.status).toBe(201);
      await patient.client.post(`/api/appointments/${early.body.data.id}/cancel/`, {});
      expect((await book(patient.client, doctor, at(1, '12:00'))).status).toBe(201);
    });

    it('hold for two who book at once, and for a visit that moves', async () => {
      const doctor = await doctorWith({ daily_limit: 1 });
      for (const day_of_week of [1, 2]) {
        await add(doctor, { day_of_week, start_time: '09:00', end_time: '12:00' });
      }
      const people = await Promise.all([1, 2, 3].map(() => register(app)));
      const answers = await Promise.all(
        people.map(({ client }, i) =>
          book(client, doctor, `${day(0)}T${['09:00', '10:00', '11:00'][i]}:00Z`),
        ),
      );
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409]);
      const winner = answers.findIndex(({ status }) => status === 201);
      const { id, start } = answers[winner]?.body.data ?? {};
      await app.sql(`update appointments set status = 'scheduled', hold_expires_at = null where id = $1`, [
        id,
      ]);
      const move = (client: Client | undefined, visit: string, to: string) =>
        client?.post(`/api/appointments/${visit}/reschedule/`, { start: to });
      // Within its own day it takes up no second place.
      const to = start.includes('T09') ? '11:30' : '09:30';
      expect((await move(people[winner]?.client, id, `${day(0)}T${to}:00Z`))?.status).toBe(200);
      const loser = people[(winner + 1) % 3];
      const other = await book(loser?.client as Client, doctor, `${day(1)}T09:00:00Z`);
      await app.sql(`update appointments set status = 'scheduled', hold_expires_at = null where id = $1`, [
        other.body.data.id,
      ]);
      const refused = await move(loser?.client, other.body.data.id, `${day(0)}T10:30:00Z`);
      expect([refused?.status, refused?.body.details.code]).toEqual([409, 'day_full']);
    });

    it('are the notice, the horizon and the end of the licence', async () => {
      const doctor = await doctorWith({ minimum_notice_minutes: 120, booking_horizon_days: 1 });
      for (const day_of_week of [1, 2, 3, 4, 5, 6, 7]) {
        await add(doctor, { day_of_week, start_time: '00:00', end_time: '24:00' });
      }
      const now = monday.toPlainDateTime('10:10').toZonedDateTime('UTC').toInstant();
      mock.method(app.nest.get(Clock), 'now', () => now);
      const found = await slots(doctor, day(0), day(5));
      expect([found[0], found.at(-1)]).toEqual([`${day(0)}T12:30:00+00:00`, `${day(1)}T23:30:00+00:00`]);
      await app.sql('update doctors set license_expires_on = $2 where id = $1', [doctor.doctorId, day(0)]);
      expect((await slots(doctor, day(0), day(5))).at(-1)).toBe(`${day(0)}T23:30:00+00:00`);
    });
  });

  describe('when the clocks change', () => {
    // Half past midnight to half past three of a Sunday, on the doctor's own clock.
    const sundays: [zone: string, date: string, starts: string[]][] = [
      ['America/New_York', '2027-03-14', ['00:30-05:00', '01:00-05:00', '01:30-05:00', '03:00-04:00']],
      [
        'America/New_York',
        '2027-11-07',
        [
          '00:30-04:00',
          '01:00-04:00',
          '01:30-04:00',
          '01:00-05:00',
          '01:30-05:00',
          '02:00-05:00',
          '02:30-05:00',
          '03:00-05:00',
        ],
      ],
      ['Europe/London', '2027-03-28', ['00:30+00:00', '02:00+01:00', '02:30+01:00', '03:00+01:00']],
      [
        'Europe/London',
        '2027-10-31',
        [
          '00:30+01:00',
          '01:00+01:00',
          '01:30+01:00',
          '01:00+00:00',
          '01:30+00:00',
          '02:00+00:00',
          '02:30+00:00',
          '03:00+00:00',
        ],
      ],
      // Half an hour, not a whole one.
      [
        'Australia/Lord_Howe',
        '2027-04-04',
        [
          '00:30+11:00',
          '01:00+11:00',
          '01:30+11:00',
          '01:30+10:30',
          '02:00+10:30',
          '02:30+10:30',
          '03:00+10:30',
        ],
      ],
      [
        'Australia/Lord_Howe',
        '2027-10-03',
        ['00:30+10:30', '01:00+10:30', '01:30+10:30', '02:30+11:00', '03:00+11:00'],
      ],
      ...['2027-03-28', '2027-10-31'].map((date): [string, string, string[]] => [
        'Asia/Kolkata',
        date,
        ['00:30', '01:00', '01:30', '02:00', '02:30', '03:00'].map((time) => `${time}+05:30`),
      ]),
    ];
    const now = Temporal.Instant.from('2027-02-01T00:00:00Z');

    for (const [zone, date, starts] of sundays) {
      it(`slots are what the clock of ${zone} shows on ${date}, to whoever asks`, async () => {
        const doctor = await doctorWith({ time_zone: zone });
        await add(doctor, { day_of_week: 7, start_time: '00:30', end_time: '03:30' });
        mock.method(app.nest.get(Clock), 'now', () => now);
        const found = await slots(doctor, date, date, zone);
        expect(found.map((start) => start.slice(11, 16) + start.slice(19))).toEqual(starts);
        expect(new Set(found.map((start) => Date.parse(start))).size).toBe(starts.length);
        const around = Temporal.PlainDate.from(date);
        for (const asker of ['Asia/Kolkata', 'America/New_York', 'Australia/Lord_Howe', 'Europe/London']) {
          const seen = await slots(
            doctor,
            around.subtract({ days: 1 }).toString(),
            around.add({ days: 1 }).toString(),
            asker,
          );
          expect(seen.map((start) => Date.parse(start))).toEqual(found.map((start) => Date.parse(start)));
          for (const start of seen) {
            const shown = Temporal.Instant.from(start).toZonedDateTimeISO(asker);
            expect(start).toBe(shown.toString({ timeZoneName: 'never', smallestUnit: 'second' }));
          }
        }
      });
    }

    it('a repeated hour can be booked twice, by two', async () => {
      const zone = 'Europe/London';
      const doctor = await doctorWith({ time_zone: zone });
      await add(doctor, { day_of_week: 7, start_time: '00:30', end_time: '03:30' });
      let change = Temporal.Now.zonedDateTimeISO(zone);
      do change = change.getTimeZoneTransition('next') as Temporal.ZonedDateTime;
      while (change.offset !== '+00:00');
      const times = [-30, 30].map((minutes) => change.add({ minutes }).toInstant().toString());
      const [first, second] = await Promise.all(
        times.map(async (time) => book((await register(app)).client, doctor, time)),
      );
      expect([first?.status, second?.status]).toEqual([201, 201]);
    });
  });

  it('a doctor who changes zone moves no visit and no hours', async () => {
    const doctor = await doctorWith({ time_zone: 'Europe/Paris' });
    await add(doctor, { day_of_week: 1, start_time: '09:00', end_time: '12:00' });
    const before = await slots(doctor, day(0));
    const { id, start } = (await book(patient.client, doctor, before[1] as string)).body.data;
    const moved = await doctor.client.patch('/api/doctors/profile/', { time_zone: 'America/New_York' });
    expect(moved.body.data.time_zone).toBe('America/New_York');
    expect((await patient.client.get(`/api/appointments/${id}/`)).body.data.start).toBe(start);
    // A line of hours has a zone of its own: it is moved when the doctor says so.
    expect(await slots(doctor, day(0))).toEqual([before[0], ...before.slice(2)]);
    const [rule] = (await doctor.client.get('/api/doctors/availability/')).body.data.items;
    expect(rule).toMatchObject({ time_zone: 'Europe/Paris', start_time: '09:00' });
    await doctor.client.patch(`/api/doctors/availability/${rule.id}/`, { time_zone: 'America/New_York' });
    expect(times(await slots(doctor, day(0), day(0), 'America/New_York'))[0]).toBe('09:00');
    expect((await patient.client.get(`/api/appointments/${id}/`)).body.data.start).toBe(start);
  });
});
