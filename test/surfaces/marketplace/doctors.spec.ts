import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startTestApp, type TestApp } from '../../support/app.ts';
import {
  DOCTOR_PROFILE,
  type DoctorPerson,
  LICENSE,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../../support/people.ts';

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

  describe('their licence', () => {
    let doctor: Person;
    let doctorId: string;

    before(async () => {
      doctor = await register(app, 'doctor');
      const registered = await doctor.client.post('/api/doctors/register/', DOCTOR_PROFILE);
      expect(registered.status).toBe(201);
      expect(registered.body.data).toMatchObject({ kyc: { status: 'unsubmitted' }, rating: null });
      doctorId = registered.body.data.id;
    });

    it('is asked for before anybody sees them', async () => {
      expect((await app.client().get(`/api/doctors/${doctorId}/`)).status).toBe(404);
      expect((await app.client().get(`/api/doctors/${doctorId}/availability/`)).status).toBe(404);
      const booked = await patient.client.post('/api/appointments/', {
        doctor_id: doctorId,
        start: '2027-01-01T10:00:00Z',
      });
      expect(booked.body.details.code).toBe('doctor_not_found');
    });

    it('has not run out when it is sent', async () => {
      const answer = await doctor.client.post('/api/doctors/kyc/update/', {
        ...LICENSE,
        license_expiry: '2020-01-01',
      });
      expect([answer.status, answer.body.details.code]).toEqual([400, 'license_expired']);
    });

    it('is decided on by an administrator only, after it was sent', async () => {
      const decision = { doctor_id: doctorId, status: 'approved' };
      expect((await admin.client.post('/api/doctors/kyc/update/', decision)).body.details.code).toBe(
        'kyc_is_unsubmitted',
      );
      expect((await doctor.client.post('/api/doctors/kyc/update/', LICENSE)).body.data.kyc.status).toBe(
        'submitted',
      );
      expect((await doctor.client.post('/api/doctors/kyc/update/', decision)).status).toBe(403);
      expect((await patient.client.post('/api/doctors/kyc/update/', decision)).status).toBe(403);
      const rejected = await admin.client.post('/api/doctors/kyc/update/', {
        doctor_id: doctorId,
        status: 'rejected',
        reason: 'The picture cannot be read.',
      });
      expect(rejected.body.data.kyc).toMatchObject({
        status: 'rejected',
        rejection_reason: 'The picture cannot be read.',
      });
      expect((await admin.client.post('/api/doctors/kyc/update/', decision)).status).toBe(409);
      await doctor.client.post('/api/doctors/kyc/update/', LICENSE);
      expect((await admin.client.post('/api/doctors/kyc/update/', decision)).body.data.kyc.status).toBe(
        'approved',
      );
      expect((await app.client().get(`/api/doctors/${doctorId}/`)).body.data).toMatchObject({ id: doctorId });
    });

    it('takes them off the list when it has run out', async () => {
      await app.sql(`update doctors set license_expires_on = current_date - 1 where id = $1`, [doctorId]);
      expect((await app.client().get(`/api/doctors/${doctorId}/`)).status).toBe(404);
    });

    it('belongs to one profile an account', async () => {
      const again = await doctor.client.post('/api/doctors/register/', DOCTOR_PROFILE);
      expect([again.status, again.body.details.code]).toEqual([409, 'doctor_already_registered']);
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
