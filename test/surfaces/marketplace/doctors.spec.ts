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
