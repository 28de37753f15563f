import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startTestApp, type TestApp } from '../../support/app.ts';
import {
  DOCTOR_PROFILE,
  type DoctorPerson,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../../support/people.ts';
import { beginsIn, confirmedVisit } from '../../support/visits.ts';

describe('doctors', () => {
  let app: TestApp;
  let admin: Person;
  let patient: Person;

  before(async () => {
    app = await startTestApp();
    admin = await registerAdmin(app);
    patient = await register(app);
  });
  after(() => app.close());

  it('have one profile an account', async () => {
    const doctor = await register(app, 'doctor');
    const registered = await doctor.client.post('/api/doctors/register/', DOCTOR_PROFILE);
    expect(registered.status).toBe(201);
    expect(registered.body.data).toMatchObject({ kyc: { status: 'unsubmitted' }, rating: null });
    const again = await doctor.client.post('/api/doctors/register/', DOCTOR_PROFILE);
    expect([again.status, again.body.details.code]).toEqual([409, 'doctor_already_registered']);
  });

  it('keep their own profile', async () => {
    const own = await registerDoctor(app, admin);
    const read = await own.client.get('/api/doctors/profile/');
    expect(read.body.data).toMatchObject({
      id: own.doctorId,
      gender: 'female',
      slot_minutes: 30,
      kyc: {
        status: 'approved',
        license_number: 'RPPS-10001',
        license_country: 'FR',
        license_expiry: '2099-12-31',
      },
    });
    const changed = await own.client.patch('/api/doctors/profile/', { gender: null, bio: 'Listens twice.' });
    expect(changed.body.data).toEqual({
      ...read.body.data,
      gender: null,
      bio: 'Listens twice.',
      updated_at: expect.any(String),
    });
    const put = await own.client.put('/api/doctors/profile/', {
      languages: ['fr'],
      accepting_patients: false,
    });
    expect(put.body.data).toMatchObject({
      languages: ['fr'],
      accepting_patients: false,
      bio: 'Listens twice.',
    });
    expect((await app.client().get(`/api/doctors/${own.doctorId}/`)).body.data).toMatchObject({
      bio: 'Listens twice.',
      accepting_patients: false,
    });
    for (const body of [
      { slot_minutes: 1 },
      { specialties: [] },
      { consultation_fee: { amount: -1, currency: 'EUR' } },
    ])
      expect((await own.client.patch('/api/doctors/profile/', body)).status).toBe(400);
    expect((await patient.client.get('/api/doctors/profile/')).status).toBe(403);
    const audit = await admin.client.get(`/api/audit/logs/?action=doctor.update&actor_id=${own.userId}`);
    expect(audit.body.data.total).toBe(2);
  });

  describe('what calling off a visit costs', () => {
    const PLATFORM = {
      free_until_hours: 24,
      partial_refund_percent: 50,
      partial_until_hours: 0,
      is_platform_default: true,
    };
    const strict = { free_until_hours: 72, partial_refund_percent: 25, partial_until_hours: 24 };
    const shown = async (doctor: DoctorPerson) =>
      (await app.client().get(`/api/doctors/${doctor.doctorId}/`)).body.data.cancellation_policy;
    const choose = (doctor: DoctorPerson, cancellation_policy: unknown) =>
      doctor.client.patch('/api/doctors/profile/', { cancellation_policy });

    it('is the platform’s policy until the doctor chooses one, and again when they take that back', async () => {
      const doctor = await registerDoctor(app, admin);
      expect(await shown(doctor)).toEqual(PLATFORM);
      const own = await choose(doctor, strict);
      expect(own.body.data.cancellation_policy).toEqual({ ...strict, is_platform_default: false });
      expect(await shown(doctor)).toEqual({ ...strict, is_platform_default: false });
      const [found] = (await app.client().get('/api/doctors/?search=Dora')).body.data.items.filter(
        ({ id }: { id: string }) => id === doctor.doctorId,
      );
      expect(found.cancellation_policy).toEqual({ ...strict, is_platform_default: false });
      // Something else that changes leaves it as it is.
      await doctor.client.patch('/api/doctors/profile/', { bio: 'Strict.' });
      expect(await shown(doctor)).toMatchObject(strict);
      expect((await choose(doctor, null)).body.data.cancellation_policy).toEqual(PLATFORM);
      const lenient = { free_until_hours: 0, partial_refund_percent: 100, partial_until_hours: 0 };
      const registered = await registerDoctor(app, admin, { cancellation_policy: lenient });
      expect(await shown(registered)).toEqual({ ...lenient, is_platform_default: false });
    });

    it('stays within the bounds of the platform', async () => {
      const doctor = await registerDoctor(app, admin);
      const wrong: [string, object][] = [
        ['free_until_hours', { ...strict, free_until_hours: 73 }],
        ['free_until_hours', { ...strict, free_until_hours: -1 }],
        ['free_until_hours', { ...strict, free_until_hours: 2.5 }],
        ['partial_refund_percent', { ...strict, partial_refund_percent: 24 }],
        ['partial_refund_percent', { ...strict, partial_refund_percent: 101 }],
        ['partial_until_hours', { ...strict, partial_until_hours: 25 }],
        ['partial_until_hours', { ...strict, free_until_hours: 12, partial_until_hours: 13 }],
        ['partial_until_hours', { free_until_hours: 24, partial_refund_percent: 50 }],
      ];
      for (const [field, policy] of wrong) {
        const answer = await choose(doctor, policy);
        expect([answer.status, answer.body.details.fields[0].path]).toEqual([
          400,
          `cancellation_policy.${field}`,
        ]);
      }
      expect(await shown(doctor)).toEqual(PLATFORM);
      await expect(
        app.sql('update doctors set cancellation_policy = $2 where id = $1', [
          doctor.doctorId,
          JSON.stringify({ freeUntilHours: 12, partialRefundPercent: 50, partialUntilHours: 13 }),
        ]),
      ).rejects.toThrow('doctors_cancellation_policy_check');
    });

    it('is kept by a visit as it was when that was booked, and quoted before it is called off', async () => {
      const doctor = await registerDoctor(app, admin, { cancellation_policy: strict });
      // Two days ahead: too late for everything under the doctor's policy.
      const visit = await confirmedVisit(app, patient, doctor, 96);
      await choose(doctor, null);
      const path = `/api/appointments/${visit.id}/`;
      expect((await patient.client.get(path)).body.data.cancellation_policy).toMatchObject(strict);
      const quote = { refund_percent: 25, refund: { amount: 1250, currency: 'EUR' } };
      expect((await patient.client.get(`${path}cancellation-quote/`)).body.data).toEqual(quote);
      await beginsIn(app, visit.id, 23 * 60);
      expect((await patient.client.get(`${path}cancellation-quote/`)).body.data.refund_percent).toBe(0);
      await beginsIn(app, visit.id, 73 * 60);
      expect((await patient.client.get(`${path}cancellation-quote/`)).body.data.refund_percent).toBe(100);
      const later = await confirmedVisit(app, patient, doctor, 100);
      expect(
        (await patient.client.get(`/api/appointments/${later.id}/`)).body.data.cancellation_policy,
      ).toMatchObject({ free_until_hours: 24, partial_refund_percent: 50, partial_until_hours: 0 });
    });
  });

  describe('their hours', () => {
    let doctor: Person;
    let doctorId: string;
    const monday = '2027-03-01';

    before(async () => {
      const approved: DoctorPerson = await registerDoctor(app, admin, {
        time_zone: 'America/New_York',
        booking_horizon_days: 365,
      });
      await app.sql('delete from availability_rules where practitioner_id = $1', [approved.doctorId]);
      ({ client: doctor, id: doctorId } = { client: approved, id: approved.doctorId });
    });

    it('have breaks, days off and extra hours, in the doctor’s own time zone', async () => {
      const add = (rule: object) => doctor.client.post('/api/doctors/availability/', rule);
      const weekly = await add({
        day_of_week: 1,
        start_time: '09:00',
        end_time: '12:00',
        breaks: [{ start_time: '10:00', end_time: '11:00' }],
      });
      expect(weekly.status).toBe(201);
      expect(weekly.body.data).toMatchObject({
        type: 'weekly',
        time_zone: 'America/New_York',
        slot_minutes: 30,
      });
      expect((await add({ type: 'off', date: '2027-03-08' })).status).toBe(201);
      expect(
        (await add({ type: 'extra', date: '2027-03-09', start_time: '18:00', end_time: '18:30' })).status,
      ).toBe(201);
      const slots = async (from: string, to: string) =>
        (
          await app
            .client()
            .get(`/api/doctors/${doctorId}/availability/?from=${from}&to=${to}&time_zone=America/New_York`)
        ).body.data.slots.map(({ start }: { start: string }) => start);
      expect(await slots(monday, monday)).toEqual([
        '2027-03-01T09:00:00-05:00',
        '2027-03-01T09:30:00-05:00',
        '2027-03-01T11:00:00-05:00',
        '2027-03-01T11:30:00-05:00',
      ]);
      expect(await slots('2027-03-08', '2027-03-09')).toEqual(['2027-03-09T18:00:00-05:00']);
      // The clocks have changed on the 14th: nine o'clock is still nine o'clock.
      expect((await slots('2027-03-15', '2027-03-15'))[0]).toBe('2027-03-15T09:00:00-04:00');
    });

    it('do not overlap each other, and make sense', async () => {
      const add = (rule: object) => doctor.client.post('/api/doctors/availability/', rule);
      const overlap = await add({ day_of_week: 1, start_time: '11:30', end_time: '13:00' });
      expect([overlap.status, overlap.body.details.code]).toEqual([409, 'availability_overlap']);
      const backwards = await add({ day_of_week: 2, start_time: '13:00', end_time: '09:00' });
      expect([backwards.status, backwards.body.details.code]).toEqual([400, 'invalid_hours']);
      const unknown = await add({
        day_of_week: 2,
        start_time: '09:00',
        end_time: '10:00',
        time_zone: 'Mars/Olympus',
      });
      expect(unknown.body.details.fields[0].path).toBe('time_zone');
    });

    it('are changed and taken away by their doctor only', async () => {
      const [rule] = (await doctor.client.get('/api/doctors/availability/?type=weekly')).body.data.items;
      const stranger = await registerDoctor(app, admin);
      for (const answer of [
        await stranger.client.get(`/api/doctors/availability/${rule.id}/`),
        await stranger.client.put(`/api/doctors/availability/${rule.id}/`, { end_time: '13:00' }),
        await stranger.client.delete(`/api/doctors/availability/${rule.id}/`),
      ]) {
        expect([answer.status, answer.body.details.code]).toEqual([404, 'availability_not_found']);
      }
      expect((await patient.client.get('/api/doctors/availability/')).status).toBe(403);
      const changed = await doctor.client.patch(`/api/doctors/availability/${rule.id}/`, {
        end_time: '13:00',
      });
      expect(changed.body.data).toMatchObject({ end_time: '13:00', start_time: '09:00' });
      expect((await doctor.client.delete(`/api/doctors/availability/${rule.id}/`)).body).toEqual({
        data: null,
        message: 'Removed.',
        status: 'success',
      });
    });
  });
});
