import { after, afterEach, before, describe, it, mock } from 'node:test';
import { expect } from 'expect';
import pg from 'pg';
import { Clock } from '#kernel';
import { startTestApp, type TestApp } from '../../support/app.ts';
import {
  type DoctorPerson,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../../support/people.ts';

describe('slots', () => {
  let app: TestApp;
  let admin: Person;
  let patient: Person;

  before(async () => {
    app = await startTestApp();
    admin = await registerAdmin(app);
    patient = await register(app, 'patient', { time_zone: 'Asia/Kolkata' });
  });
  after(() => app.close());
  afterEach(() => mock.restoreAll());

  const monday = (() => {
    const today = Temporal.Now.plainDateISO('UTC').add({ days: 7 });
    return today.add({ days: (8 - today.dayOfWeek) % 7 });
  })();

  /** A doctor with hours on Mondays only. */
  async function mondays(
    from: string,
    to: string,
    profile: Record<string, unknown> = {},
  ): Promise<DoctorPerson> {
    const doctor = await registerDoctor(app, admin, profile);
    await app.sql('delete from availability_rules where practitioner_id = $1', [doctor.doctorId]);
    const rule = { day_of_week: 1, start_time: from, end_time: to, valid_from: monday.toString() };
    expect((await doctor.client.post('/api/doctors/availability/', rule)).status).toBe(201);
    return doctor;
  }
  const free = async (doctor: DoctorPerson): Promise<string[]> => {
    const path = `/api/doctors/${doctor.doctorId}/availability/?from=${monday.toString()}&to=${monday.toString()}&time_zone=UTC`;
    const { body } = await app.client().get(path);
    return body.data.slots.map(({ start }: { start: string }) => start.slice(11, 16));
  };
  const nextSlots = async (query: string): Promise<[string, string | null][]> => {
    const { body } = await app.client().get(`/api/doctors/?${query}`);
    return body.data.items.map(({ id, next_slot }: { id: string; next_slot: { start: string } | null }) => [
      id,
      next_slot && next_slot.start.slice(11, 16),
    ]);
  };
  const iso = (instant: string) => new Date(instant).toISOString();
  const at = (time: string) => `${monday.toString()}T${time}:00Z`;

  describe('across doctors', () => {
    const specialty = 'rheumatology';
    let early: DoctorPerson;
    let late: DoctorPerson;

    before(async () => {
      early = await mondays('09:00', '12:00', { specialties: [specialty], name: 'Dr. Early' });
      late = await mondays('10:00', '12:00', { specialties: [specialty], name: 'Dr. Late' });
    });

    const across = async (query: string) =>
      (
        await patient.client.get(
          `/api/appointments/slots/?specialty=${specialty}&from=${monday.toString()}&to=${monday.toString()}&${query}`,
        )
      ).body.data;
    const told = (data: { items: { doctor_name: string; start: string }[] }) =>
      data.items.map(({ doctor_name, start }) => `${start.slice(11, 16)} ${doctor_name.slice(4)}`);

    it('are the soonest three of each, in the asker’s zone', async () => {
      const data = await across('');
      expect(data).toMatchObject({ total: 6, page: 1, page_size: 50 });
      expect(data.items[0]).toEqual({
        doctor_id: early.doctorId,
        doctor_name: 'Dr. Early',
        start: `${monday.toString()}T14:30:00+05:30`,
        end: `${monday.toString()}T15:00:00+05:30`,
      });
      const utc = told(await across('time_zone=UTC'));
      expect(utc.slice(0, 2)).toEqual(['09:00 Early', '09:30 Early']);
      expect(utc.slice(2, 4).toSorted()).toEqual(['10:00 Early', '10:00 Late']);
      expect(utc.slice(4)).toEqual(['10:30 Late', '11:00 Late']);
    });

    it('are as many of each as one asks for, page by page', async () => {
      expect((await across('per_doctor=1')).total).toBe(2);
      const all = await across('per_doctor=100&time_zone=UTC');
      expect(all.total).toBe(10);
      const pages = await Promise.all(
        [1, 2, 3, 4, 5].map((page) => across(`per_doctor=100&time_zone=UTC&page_size=3&page=${page}`)),
      );
      expect(pages.flatMap((page) => page.items)).toEqual(all.items);
      expect(pages.map((page) => page.total)).toEqual([10, 10, 10, 10, 10]);
      // Of one doctor, all.
      expect((await across(`doctor_id=${late.doctorId}`)).total).toBe(4);
    });

    it('refuse a window or a number that makes no sense', async () => {
      const ask = async (query: string) =>
        (await patient.client.get(`/api/appointments/slots/?${query}`)).status;
      expect(await ask('per_doctor=0')).toBe(400);
      expect(await ask('per_doctor=101')).toBe(400);
      expect(await ask('from=2027-02-30')).toBe(400);
      expect(await ask('from=2027-02-02&to=2027-02-01')).toBe(400);
      expect(await ask('page=99999999999')).toBe(400);
      expect((await app.client().get('/api/appointments/slots/')).status).toBe(401);
    });
  });

  describe('are those of the moment', () => {
    it('when one is booked, lapses, is cancelled, or moves', async () => {
      const doctor = await mondays('09:00', '11:00', { specialties: ['urology'] });
      const query = 'specialty=urology&ordering=next_slot';
      const all = ['09:00', '09:30', '10:00', '10:30'];
      expect(await free(doctor)).toEqual(all);
      expect(await nextSlots(query)).toEqual([[doctor.doctorId, '09:00']]);
      const book = async (time: string) =>
        (await patient.client.post('/api/appointments/', { doctor_id: doctor.doctorId, start: at(time) }))
          .body.data.id;
      const held = await book('09:00');
      expect(await free(doctor)).toEqual(all.slice(1));
      expect(await nextSlots(query)).toEqual([[doctor.doctorId, '09:30']]);
      // The hold lapses: nobody writes anything.
      mock.method(app.nest.get(Clock), 'now', () => Temporal.Now.instant().add({ minutes: 11 }));
      expect(await free(doctor)).toEqual(all);
      expect(await nextSlots(query)).toEqual([[doctor.doctorId, '09:00']]);
      mock.restoreAll();
      expect(await free(doctor)).toEqual(all.slice(1));
      await app.sql(`update appointments set status = 'scheduled', hold_expires_at = null where id = $1`, [
        held,
      ]);
      await patient.client.post(`/api/appointments/${held}/reschedule/`, { start: at('10:00') });
      expect(await free(doctor)).toEqual(['09:00', '09:30', '10:30']);
      await patient.client.post(`/api/appointments/${held}/cancel/`, {});
      expect(await free(doctor)).toEqual(all);
    });

    it('from a time of the asker’s, too', async () => {
      const doctor = await mondays('09:00', '11:00', { specialties: ['otology'] });
      const query = `specialty=otology&available_after=${at('09:15')}&available_before=${at('10:15')}`;
      expect(await nextSlots(query)).toEqual([[doctor.doctorId, '09:30']]);
      const other = await register(app);
      const book = (time: string) =>
        other.client.post('/api/appointments/', { doctor_id: doctor.doctorId, start: at(time) });
      await book('09:00');
      expect(await nextSlots(query)).toEqual([[doctor.doctorId, '09:30']]);
      await book('09:30');
      expect(await nextSlots(query)).toEqual([[doctor.doctorId, '10:00']]);
      await book('10:00');
      expect(await nextSlots(query)).toEqual([]);
      // The holds lapse: nobody writes anything.
      mock.method(app.nest.get(Clock), 'now', () => Temporal.Now.instant().add({ minutes: 11 }));
      expect(await nextSlots(query)).toEqual([[doctor.doctorId, '09:30']]);
      mock.restoreAll();
      expect(await nextSlots(query)).toEqual([]);
    });

    it('when hours or the profile change', async () => {
      const doctor = await mondays('09:00', '10:00', { specialties: ['hepatology'] });
      const query = 'specialty=hepatology&ordering=next_slot';
      expect(await nextSlots(query)).toEqual([[doctor.doctorId, '09:00']]);
      const [rule] = (await doctor.client.get('/api/doctors/availability/')).body.data.items;
      const path = `/api/doctors/availability/${rule.id}/`;
      await doctor.client.patch(path, { start_time: '09:30' });
      expect([await free(doctor), await nextSlots(query)]).toEqual([['09:30'], [[doctor.doctorId, '09:30']]]);
      await doctor.client.delete(path);
      expect([await free(doctor), await nextSlots(query)]).toEqual([[], [[doctor.doctorId, null]]]);
      await doctor.client.post('/api/doctors/availability/', {
        day_of_week: 1,
        start_time: '09:00',
        end_time: '10:00',
        valid_from: monday.toString(),
      });
      await doctor.client.patch('/api/doctors/profile/', { accepting_patients: false });
      expect([await free(doctor), await nextSlots(query)]).toEqual([[], []]);
      await doctor.client.patch('/api/doctors/profile/', {
        accepting_patients: true,
        specialties: ['nephrology'],
      });
      expect(await nextSlots(query)).toEqual([]);
      expect(await nextSlots('specialty=nephrology&ordering=-next_slot')).toEqual([
        [doctor.doctorId, '09:00'],
      ]);
    });

    it('whoever else wrote, as soon as it is committed, and not before', async () => {
      const doctor = await mondays('09:00', '10:30', { specialties: ['genetics'] });
      const { id } = (
        await patient.client.post('/api/appointments/', { doctor_id: doctor.doctorId, start: at('09:00') })
      ).body.data;
      const elsewhere = new pg.Client(app.databaseUrls.superuser);
      await elsewhere.connect();
      const move = (to: string) =>
        elsewhere.query(
          `update appointments set starts_at = $2, ends_at = $2::timestamptz + interval '30 minutes' where id = $1`,
          [id, at(to)],
        );
      try {
        // Transactions that begin before others, and end after them.
        await elsewhere.query('begin');
        await move('09:30');
        expect(await free(doctor)).toEqual(['09:30', '10:00']);
        const other = await register(app);
        await other.client.post('/api/appointments/', { doctor_id: doctor.doctorId, start: at('10:00') });
        expect(await free(doctor)).toEqual(['09:30']);
        await elsewhere.query('commit');
        expect(await free(doctor)).toEqual(['09:00']);
        await elsewhere.query('begin');
        await move('09:00');
        expect(await free(doctor)).toEqual(['09:00']);
        await elsewhere.query('rollback');
        expect(await free(doctor)).toEqual(['09:00']);
      } finally {
        await elsewhere.end();
      }
    });

    it('for many who ask and book at once', async () => {
      const doctor = await mondays('09:00', '21:00', { specialties: ['dentistry'] });
      const people = await Promise.all(Array.from({ length: 6 }, () => register(app)));
      const booked: string[] = [];
      await Promise.all(
        people.map(async (person, n) => {
          for (const time of [
            `${String(9 + n * 2).padStart(2, '0')}:00`,
            `${String(9 + n * 2).padStart(2, '0')}:30`,
          ]) {
            const answer = await person.client.post('/api/appointments/', {
              doctor_id: doctor.doctorId,
              start: at(time),
            });
            expect(answer.status).toBe(201);
            // Whoever was told that it is booked finds it taken, and nobody finds less free than there is.
            booked.push(time);
            const known = [...booked];
            const found = await free(doctor);
            expect(found.filter((start) => known.includes(start))).toEqual([]);
          }
        }),
      );
      expect(await free(doctor)).toHaveLength(24 - 12);
    });
  });

  it('order doctors by who is free next, page by page, those without a slot last', async () => {
    const doctors = [
      await mondays('11:00', '12:00', { specialties: ['radiology'] }),
      await mondays('09:00', '10:00', { specialties: ['radiology'] }),
      await mondays('10:00', '11:00', { specialties: ['radiology'] }),
    ].map(({ doctorId }) => doctorId);
    const nobody = await mondays('10:00', '11:00', { specialties: ['radiology'] });
    await app.sql('delete from availability_rules where practitioner_id = $1', [nobody.doctorId]);
    const ids = async (query: string) => (await nextSlots(`specialty=radiology&${query}`)).map(([id]) => id);
    const [eleven, nine, ten] = doctors;
    expect(await ids('ordering=next_slot')).toEqual([nine, ten, eleven, nobody.doctorId]);
    expect(await ids('ordering=-next_slot')).toEqual([eleven, ten, nine, nobody.doctorId]);
    expect(await ids('ordering=next_slot&page_size=2&page=2')).toEqual([eleven, nobody.doctorId]);
    expect(await ids('ordering=next_slot&page_size=2&page=3')).toEqual([]);
    const window = `available_after=${at('09:45')}&available_before=${at('11:00')}`;
    const answer = (await app.client().get(`/api/doctors/?specialty=radiology&ordering=name&${window}`)).body
      .data;
    expect(answer.total).toBe(1);
    expect(answer.items[0]).toMatchObject({ id: ten, next_slot: { start: iso(at('10:00')) } });
    expect(await ids(`ordering=-next_slot&${window}`)).toEqual([ten]);
  });
});
