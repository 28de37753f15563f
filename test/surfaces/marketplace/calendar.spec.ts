import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { mailsTo } from '../../support/mailbox.ts';
import {
  book,
  cast,
  type DoctorPerson,
  freeSlots,
  type Person,
  register,
  registerDoctor,
} from '../../support/people.ts';

describe('visits in a calendar', () => {
  let app: TestApp;
  let admin: Person;
  let doctor: DoctorPerson;
  let patient: Person;

  before(async () => {
    app = await startTestApp();
    ({ admin, doctor, patient } = await cast(app, {
      doctor: { consultation_fee: { amount: 0, currency: 'EUR' } },
    }));
  });
  after(() => app.close());

  const fetchEntry = (who: Person, id: string) => who.client.get(`/api/appointments/${id}/calendar.ics`);
  /** The value of a property of the entry, lines unfolded. */
  const property = (text: string, name: string) =>
    new RegExp(`^${name}(?:;[^:]*)?:(.*)$`, 'm').exec(text.replaceAll('\r\n ', '').replaceAll('\r', ''))?.[1];

  it('is the entry that came by mail, for each of its two people, without what it is about', async () => {
    const { id } = await book(patient, doctor.doctorId, 60);
    await app.drained();
    for (const [who, other] of [
      [patient, doctor],
      [doctor, patient],
    ] as const) {
      const entry = await fetchEntry(who, id);
      expect(entry.status).toBe(200);
      expect(entry.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
      expect(entry.headers.get('content-disposition')).toBe('attachment; filename="visit.ics"');
      const mail = (await mailsTo(app, who.email)).at(-1)?.calendar;
      for (const name of ['UID', 'SEQUENCE', 'DTSTART', 'DTEND']) {
        expect(property(entry.body, name)).toBe(mail?.properties[name]);
      }
      expect(property(entry.body, 'METHOD')).toBe('REQUEST');
      expect(entry.body.replaceAll('\r\n ', '')).toContain(`MAILTO:${who.email}`);
      expect(entry.body.replaceAll('\r\n ', '')).not.toContain(other.email);
      expect(entry.body).not.toContain('cough');
    }
  });

  it('keeps its name and rises in number while it is moved and cancelled', async () => {
    const { id } = await book(patient, doctor.doctorId, 70);
    const entries = [(await fetchEntry(patient, id)).body];
    const later = (await freeSlots(patient.client, doctor.doctorId))[90];
    await doctor.client.post(`/api/appointments/${id}/reschedule/`, { start: later?.start });
    entries.push((await fetchEntry(patient, id)).body);
    await doctor.client.post(`/api/appointments/${id}/cancel/`);
    entries.push((await fetchEntry(patient, id)).body);
    expect(new Set(entries.map((entry) => property(entry, 'UID')))).toEqual(new Set([`${id}@televisit`]));
    expect(entries.map((entry) => property(entry, 'SEQUENCE'))).toEqual(['0', '1', '2']);
    expect(entries.map((entry) => property(entry, 'METHOD'))).toEqual(['REQUEST', 'REQUEST', 'CANCEL']);
    expect(property(entries[2], 'STATUS')).toBe('CANCELLED');
  });

  it('leaves out the address of a visit that is over', async () => {
    const { id } = await book(patient, doctor.doctorId, 75);
    await doctor.client.post(`/api/appointments/${id}/start/`);
    expect((await fetchEntry(patient, id)).body).toContain('/visit/');
    await doctor.client.post(`/api/appointments/${id}/end/`);
    expect((await fetchEntry(patient, id)).body).not.toContain('/visit/');
  });

  it('is nobody else’s, and there is none of a slot that is only held', async () => {
    const { id } = await book(patient, doctor.doctorId, 80);
    expect((await fetchEntry(await register(app), id)).status).toBe(404);
    expect((await fetchEntry(admin, id)).status).toBe(403);
    expect((await app.client().get(`/api/appointments/${id}/calendar.ics`)).status).toBe(401);
    expect((await patient.client.get('/api/appointments/none/calendar.ics')).status).toBe(400);
    const paid = await registerDoctor(app, admin);
    const held = await book(patient, paid.doctorId, 100);
    const early = await fetchEntry(patient, held.id);
    expect([early.status, early.body.details.code]).toEqual([409, 'appointment_not_confirmed']);
  });
});
