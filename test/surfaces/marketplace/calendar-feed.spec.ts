import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { mailsTo } from '../../support/mailbox.ts';
import { TIME } from '../../support/matchers.ts';
import {
  book,
  type DoctorPerson,
  freeSlots,
  PASSWORD,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../../support/people.ts';

const FEED = '/api/calendar/feed/';

describe('the address of one’s calendar', () => {
  let app: TestApp;
  let admin: Person;
  let doctor: DoctorPerson;

  before(async () => {
    app = await startTestApp({ RATE_LIMITS: '1', TRUST_PROXY_HOPS: '1' });
    admin = await registerAdmin(app);
    doctor = await registerDoctor(app, admin, { consultation_fee: { amount: 0, currency: 'EUR' } });
  });
  after(() => app.close());

  /** Somebody at an address of their own: the limits of the others are not theirs. */
  let people = 0;
  const somebody = async (fields: object = {}) => {
    people += 1;
    const address = { 'x-forwarded-for': `203.0.113.${people}` };
    const person = await register({ ...app, client: () => app.client().with(address) }, 'patient', {
      ...fields,
    });
    return person;
  };
  const addressOf = async (person: Person): Promise<string> => {
    const answer = await person.client.post(FEED);
    expect(answer.status).toBe(201);
    return answer.body.data.url;
  };
  /** As a calendar program asks: without a login. */
  const read = async (url: string, headers: Record<string, string> = {}) => {
    const response = await fetch(url, { headers });
    const text = (await response.text()).replaceAll('\r\n ', '');
    return { status: response.status, headers: response.headers, lines: text.split('\r\n').slice(0, -1) };
  };
  const uids = (lines: readonly string[]) =>
    lines.filter((line) => line.startsWith('UID:')).map((line) => line.slice(4));

  it('is told once, kept as a hash, and reads what the single entries say', async () => {
    const patient = await somebody();
    expect((await patient.client.get(FEED)).body.details.code).toBe('calendar_feed_not_found');
    const made = await patient.client.post(FEED);
    expect(made.body).toEqual({
      status: 'success',
      message: 'Copy the address now: it is not shown again.',
      data: {
        created_at: TIME,
        last_read_at: null,
        url: expect.stringMatching(/^http:\/\/.+\/api\/calendar\/[\w-]{43}\/visits\.ics$/),
        webcal_url: made.body.data.url.replace('http:', 'webcal:'),
      },
    });
    const { url } = made.body.data;
    expect((await patient.client.get(FEED)).body.data).toEqual({ created_at: TIME, last_read_at: null });
    const [row] = await app.sql<{ row: string }>(
      'select calendar_feeds::text as row from calendar_feeds where user_id = $1',
      [patient.userId],
    );
    expect(row?.row).not.toContain(url.split('/').at(-2));

    const held = await registerDoctor(app, admin);
    await book(patient, held.doctorId, 5);
    const second = await book(patient, doctor.doctorId, 40);
    const first = await book(patient, doctor.doctorId, 20);
    const off = await book(patient, doctor.doctorId, 60);
    await patient.client.post(`/api/appointments/${off.id}/cancel/`);
    await app.drained();
    const { status, headers, lines } = await read(url);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/calendar; charset=utf-8']);
    expect(headers.get('cache-control')).toBe('private, no-cache');
    expect(uids(lines)).toEqual([`${first.id}@televisit`, `${second.id}@televisit`]);
    expect(lines).toContain('METHOD:PUBLISH');
    const single = (await patient.client.get(`/api/appointments/${first.id}/calendar.ics`)).body
      .replaceAll('\r\n ', '')
      .split('\r\n');
    const event = lines.slice(lines.indexOf('BEGIN:VEVENT'), lines.indexOf('END:VEVENT'));
    expect(event.filter((line) => !single.includes(line))).toEqual([]);
    expect(event).toContainEqual(expect.stringMatching(/^LOCATION:http.*\/visit\//));
    const text = lines.join('\n');
    for (const secret of ['cough', patient.email, doctor.email, 'Paul']) expect(text).not.toContain(secret);
    expect((await patient.client.get(FEED)).body.data.last_read_at).toEqual(TIME);
  });

  it('is a doctor’s, too, who sees no patient’s name in it', async () => {
    const patient = await somebody();
    const { id } = await book(patient, doctor.doctorId, 80);
    const { lines } = await read(await addressOf(doctor));
    expect(uids(lines)).toContain(`${id}@televisit`);
    expect(lines).toContain('SUMMARY:Video visit with a patient');
    expect(lines.join('\n')).not.toContain('Paul');
    const child = await patient.client.post('/api/patients/dependants/', {
      first_name: 'Cleo',
      last_name: 'Small',
      date_of_birth: '2020-05-01',
      relationship: 'child',
    });
    const slot = (await freeSlots(patient.client, doctor.doctorId))[90];
    const visit = await patient.client.post('/api/appointments/', {
      doctor_id: doctor.doctorId,
      patient_id: child.body.data.id,
      start: slot?.start,
    });
    const guardians = await read(await addressOf(patient));
    expect(uids(guardians.lines)).toEqual([`${id}@televisit`, `${visit.body.data.id}@televisit`]);
    expect(guardians.lines.join('\n')).not.toContain('Cleo');
  });

  it('speaks the language of its owner', async () => {
    const patient = await somebody({ language: 'fr' });
    const { id } = await book(patient, doctor.doctorId, 100);
    await app.drained();
    const { lines } = await read(await addressOf(patient));
    expect(lines).toContain('X-WR-CALNAME:Consultations vidéo');
    expect(lines).toContain('SUMMARY:Consultation vidéo avec Dr. Dora Person');
    expect(lines.find((line) => line.startsWith('DESCRIPTION:'))).toContain('Rejoignez la consultation ici');
    await patient.client.post(`/api/appointments/${id}/cancel/`);
    await app.drained();
    const mail = (await mailsTo(app, patient.email)).findLast(
      ({ calendar }) => calendar?.method === 'CANCEL',
    );
    expect(mail?.calendar?.properties).toMatchObject({
      SUMMARY: 'Consultation vidéo avec Dr. Dora Person',
      DESCRIPTION: 'Cette consultation a été annulée.',
    });
  });

  it('tells whether anything changed, by tag and by date', async () => {
    const patient = await somebody();
    const { id } = await book(patient, doctor.doctorId, 120);
    await app.drained();
    const url = await addressOf(patient);
    const versionOf = ({ headers }: { headers: Headers }) => [
      headers.get('etag'),
      headers.get('last-modified'),
    ];
    const [etag, date] = versionOf(await read(url)) as [string, string];
    const same = await read(url, { 'if-none-match': etag });
    expect([same.status, same.lines, ...versionOf(same)]).toEqual([304, [], etag, date]);
    expect((await read(url, { 'if-modified-since': date })).status).toBe(304);
    await patient.client.post(`/api/appointments/${id}/cancel/`);
    const changed = await read(url, { 'if-none-match': etag });
    expect([changed.status, uids(changed.lines)]).toEqual([200, []]);
    expect((await read(url, { 'if-modified-since': date })).status).toBe(200);
    const [newTag, newDate] = versionOf(changed);
    expect(newTag).not.toBe(etag);
    expect(Date.parse(newDate ?? '')).toBeGreaterThan(Date.parse(date));
    expect((await read(url, { 'if-modified-since': newDate ?? '' })).status).toBe(304);
  });

  it('ends when another is made, when its owner ends it, and with the account', async () => {
    const patient = await somebody();
    const first = await addressOf(patient);
    expect((await read(first)).status).toBe(200);
    const second = await addressOf(patient);
    expect(second).not.toBe(first);
    expect([(await read(first)).status, (await read(second)).status]).toEqual([404, 200]);
    for (const _ of [1, 2]) expect((await patient.client.delete(FEED)).status).toBe(200);
    expect((await read(second)).status).toBe(404);
    expect((await patient.client.get(FEED)).status).toBe(404);

    const third = await addressOf(patient);
    const shut = (status: string) =>
      admin.client.patch(`/api/auth/users/${patient.userId}/`, { status, reason: 'A test' });
    expect((await shut('disabled')).status).toBe(200);
    expect((await read(third)).status).toBe(404);
    await shut('active');
    expect((await read(third)).status).toBe(200);
    const trail = await admin.client.get(
      `/api/audit/logs/?actor_id=${patient.userId}&resource=calendar_feed`,
    );
    expect(trail.body.data.items.map(({ action }: { action: string }) => action)).toEqual([
      'calendar_feed.issue',
      'calendar_feed.revoke',
      'calendar_feed.issue',
      'calendar_feed.issue',
    ]);
    const entered = await app
      .client()
      .with({ 'x-forwarded-for': '203.0.113.250' })
      .post('/api/auth/login/', { email: patient.email, password: PASSWORD });
    const gone = await app
      .client()
      .as(entered.body.data.access_token)
      .request('DELETE', '/api/auth/profile/', { password: PASSWORD });
    expect(gone.status).toBeLessThan(300);
    await app.drained();
    expect((await read(third)).status).toBe(404);
  });

  it('is told to its owner, who may not have been the one who made it', async () => {
    const patient = await somebody();
    await addressOf(patient);
    await app.drained();
    const told = await patient.client.get('/api/notifications/');
    expect(told.body.data.items).toMatchObject([{ type: 'calendar_address_made', data: {} }]);
    const [mail] = await mailsTo(app, patient.email);
    expect(mail?.subject).toBe('An address for your calendar was made');
    expect(mail?.text).not.toContain('/api/calendar/');
  });

  it('is read ten times a minute, and guessed as often from one address', async () => {
    const url = await addressOf(await somebody());
    const statuses = async (address: string, count: number, from: string) =>
      (await Promise.all(Array.from({ length: count }, () => read(address, { 'x-forwarded-for': from }))))
        .map(({ status }) => status)
        .toSorted((a, b) => a - b);
    expect(await statuses(url, 12, '198.51.100.1')).toEqual([
      ...Array.from({ length: 10 }, () => 200),
      429,
      429,
    ]);
    const other = await addressOf(await somebody());
    expect(await statuses(other, 1, '198.51.100.1')).toEqual([200]);
    const guess = url.replace(/calendar\/[\w-]+/, 'calendar/guessed');
    expect(await statuses(guess, 12, '198.51.100.2')).toEqual([
      ...Array.from({ length: 10 }, () => 404),
      429,
      429,
    ]);
  });

  it('is not for administrators, nor for nobody', async () => {
    for (const method of ['GET', 'POST', 'DELETE']) {
      expect((await admin.client.request(method, FEED)).status).toBe(403);
      expect((await app.client().request(method, FEED)).status).toBe(401);
    }
    const odd = await app.client().get(`/api/calendar/${encodeURIComponent('a/../b\u0000')}/visits.ics`);
    expect(odd.status).toBe(404);
  });
});
