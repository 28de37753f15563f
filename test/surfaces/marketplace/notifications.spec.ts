import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { SMTPServer } from 'smtp-server';
import {
  AppointmentCancelled,
  AppointmentConfirmed,
  AppointmentRescheduled,
  AppointmentsService,
} from '#appointments';
import { PrescriptionIssued } from '#emr';
import { newId, systemActor } from '#kernel';
import { type EventType, Jobs } from '#platform';
import { freePort } from '../../../apps/local/src/ports.ts';
import { eventually, startTestApp, type TestApp } from '../../support/app.ts';
import { mailsTo } from '../../support/mailbox.ts';
import { PAYING_APP, paidVisit, settled } from '../../support/paying.ts';
import {
  book,
  type DoctorPerson,
  freeSlots,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
  sendLicence,
} from '../../support/people.ts';

/** What the patients of these tests come for. It may be nowhere but in the visit itself. */
const REASON = 'A cough that stays';

/** A slot that is at least two days ahead, so that no reminder of it is in the past. */
const DAYS_AHEAD = 100;

describe('notifications', () => {
  let app: TestApp;
  let admin: Person;
  let doctor: DoctorPerson;

  before(async () => {
    app = await startTestApp(PAYING_APP);
    admin = await registerAdmin(app);
    doctor = await registerDoctor(app, admin, { time_zone: 'America/New_York' });
    await app.drained();
  });
  after(() => app.close());

  let slot = DAYS_AHEAD;
  /** A new patient in India with a visit that is held. */
  const heldVisit = async () => {
    const patient = await register(app, 'patient', { time_zone: 'Asia/Kolkata' });
    slot += 1;
    return { patient, ...(await book(patient, doctor.doctorId, slot)) };
  };
  /** The same, confirmed as the settlement of a payment does it, and everybody told. */
  const confirmedVisit = async () => {
    const visit = await heldVisit();
    await app.nest.get(AppointmentsService).confirm(systemActor('test'), visit.id);
    await app.drained();
    return visit;
  };
  const publish = async <Data extends Record<string, string | boolean>>(
    event: EventType<Data>,
    data: Data,
  ) => {
    await app.nest.get(Jobs).publish(event, data);
    await app.drained();
  };
  const list = async (person: Person, query = '') =>
    (await person.client.get(`/api/notifications/${query}`)).body.data;
  /** The notifications of one visit, oldest first. */
  const about = async (person: Person, appointmentId: string) =>
    (await list(person, '?page_size=100&ordering=created_at')).items.filter(
      (item: { data: { appointment_id?: string } }) => item.data.appointment_id === appointmentId,
    );
  const mailsAbout = async (person: Person, appointmentId: string) =>
    (await mailsTo(app, person.email)).filter(
      ({ calendar }) => calendar?.properties['UID'] === `${appointmentId}@televisit`,
    );
  const remindersOf = async (person: Person, id: string, query = '') =>
    (await person.client.get(`/api/appointments/${id}/reminders/${query}`)).body.data;
  const roomOf = async (appointmentId: string) => {
    const [room] = await app.sql<{ id: string }>('select id from rooms where appointment_id = $1', [
      appointmentId,
    ]);
    return room?.id;
  };
  /** Lets the time of one person's reminders of a visit come, as far as the queue knows. */
  const makeDue = async (person: Person, appointmentId: string, schedule: 'any' | 'former' = 'any') => {
    await app.sql(
      `update pgboss.job set start_after = now() where name = 'notifications.send-reminder' and state = 'created'
       and data ->> 'reminderId' in (select id::text from reminders where appointment_id = $1 and user_id = $2)
       and ($3 = 'any' or (data ->> 'dueAt')::timestamptz not in (select due_at from reminders where appointment_id = $1))`,
      [appointmentId, person.userId, schedule],
    );
    await app.drained();
  };

  describe('of a visit', () => {
    it('tells both people of a confirmation, each in their own zone', async () => {
      const { patient, id, start } = await confirmedVisit();
      const room = await roomOf(id);
      const told = (zone: string) =>
        `${Temporal.Instant.from(start)
          .toZonedDateTimeISO(zone)
          .toLocaleString('en-GB', { dateStyle: 'full', timeStyle: 'short' })} (${zone})`;

      expect(await list(patient)).toEqual({
        items: [
          {
            id: expect.any(String),
            type: 'appointment_confirmed',
            title: 'Your video visit is confirmed',
            body: `Your video visit with Dr. Dora Person is confirmed for ${told('Asia/Kolkata')}.`,
            data: { appointment_id: id, room_id: room },
            read: false,
            read_at: null,
            created_at: expect.any(String),
            updated_at: expect.any(String),
          },
        ],
        total: 1,
        page: 1,
        page_size: 20,
      });
      expect(await about(doctor, id)).toEqual([
        expect.objectContaining({
          type: 'appointment_confirmed',
          body: `Your video visit with a patient is confirmed for ${told('America/New_York')}.`,
        }),
      ]);

      const link = `${app.url}/visit/${room}`;
      const [mail, ...others] = await mailsTo(app, patient.email);
      expect(others).toEqual([]);
      expect(mail).toMatchObject({
        subject: 'Your video visit is confirmed',
        messageId: expect.stringMatching(/^<[0-9a-f-]{36}@televisit>$/),
        calendar: {
          method: 'REQUEST',
          attendees: [patient.email],
          properties: {
            METHOD: 'REQUEST',
            UID: `${id}@televisit`,
            SEQUENCE: '0',
            DTSTART: basic(start),
            DTEND: basic(Temporal.Instant.from(start).add({ minutes: 30 }).toString()),
            SUMMARY: 'Video visit with Dr. Dora Person',
            LOCATION: link,
            ORGANIZER: 'mailto:no-reply@televisit.test',
            STATUS: 'CONFIRMED',
          },
        },
      });
      expect(mail?.text).toContain('Hello Paul,');
      expect(mail?.text).toContain(told('Asia/Kolkata'));
      expect(mail?.text).toContain(link);

      const [forDoctor] = await mailsAbout(doctor, id);
      expect(forDoctor?.text).toContain(told('America/New_York'));
      expect(forDoctor?.text).toContain(link);
      expect(forDoctor?.calendar?.attendees).toEqual([doctor.email]);
      expect(forDoctor?.calendar?.properties).toMatchObject({ DTSTART: basic(start), SEQUENCE: '0' });
    });

    it('tells of one fact once, however often the event comes', async () => {
      const { patient, id } = await confirmedVisit();
      await publish(AppointmentConfirmed, { appointmentId: id });
      await Promise.all([1, 2, 3].map(() => publish(AppointmentConfirmed, { appointmentId: id })));
      expect((await list(patient)).total).toBe(1);
      expect(await about(doctor, id)).toHaveLength(1);
      expect(await mailsAbout(patient, id)).toHaveLength(1);
      expect(await mailsAbout(doctor, id)).toHaveLength(1);
      expect((await remindersOf(patient, id)).total).toBe(2);
      const [{ jobs } = { jobs: '' }] = await app.sql<{ jobs: string }>(
        `select count(*) as jobs from pgboss.job where name = 'notifications.send-reminder'
         and data ->> 'reminderId' in (select id::text from reminders where appointment_id = $1)`,
        [id],
      );
      expect(jobs).toBe('4');
    });

    it('tells of a move with a newer invitation, and moves the reminders', async () => {
      const { patient, id, start } = await confirmedVisit();
      const before = await remindersOf(patient, id);
      const later = (await freeSlots(patient.client, doctor.doctorId)).find(
        (free) => Date.parse(free.start) > Date.parse(start) + 24 * 3_600_000,
      );
      const moved = await patient.client.post(`/api/appointments/${id}/reschedule/`, { start: later?.start });
      expect(moved.status).toBe(200);
      await app.drained();
      await publish(AppointmentRescheduled, { appointmentId: id, formerStart: start });

      for (const person of [patient, doctor]) {
        expect((await about(person, id)).map((item: { type: string }) => item.type)).toEqual([
          'appointment_confirmed',
          'appointment_rescheduled',
        ]);
        const [first, second, ...others] = await mailsAbout(person, id);
        expect(others).toEqual([]);
        expect(first?.calendar?.properties).toMatchObject({ SEQUENCE: '0', DTSTART: basic(start) });
        expect(second?.calendar).toMatchObject({
          method: 'REQUEST',
          properties: { SEQUENCE: '1', DTSTART: basic(later?.start ?? '') },
        });
      }
      const reminders = await remindersOf(patient, id);
      expect(reminders.items.map((item: { id: string }) => item.id)).toEqual(
        before.items.map((item: { id: string }) => item.id),
      );
      expect(reminders.items.map(dueBefore(later?.start ?? ''))).toEqual([24 * 60, 60]);

      const reminded = async () =>
        (await about(patient, id)).filter((item: { type: string }) => item.type === 'appointment_reminder');
      // The jobs of the former time are there still, and remind nobody.
      await makeDue(patient, id, 'former');
      expect(await reminded()).toEqual([]);
      await makeDue(patient, id);
      expect(await reminded()).toHaveLength(2);
    });

    it('tells of a cancellation, takes the visit out of the calendars and reminds nobody', async () => {
      const { patient, id } = await confirmedVisit();
      const cancelled = await patient.client.post(`/api/appointments/${id}/cancel/`, {
        reason: 'Feeling better',
      });
      expect(cancelled.status).toBe(200);
      await app.drained();
      await publish(AppointmentCancelled, { appointmentId: id, by: 'patient', wasConfirmed: true });

      for (const person of [patient, doctor]) {
        expect((await about(person, id)).map((item: { type: string }) => item.type)).toEqual([
          'appointment_confirmed',
          'appointment_cancelled',
        ]);
        const [first, second, ...others] = await mailsAbout(person, id);
        expect(others).toEqual([]);
        expect(second).toMatchObject({
          subject: 'Your video visit was cancelled',
          calendar: {
            method: 'CANCEL',
            attendees: [person.email],
            properties: {
              METHOD: 'CANCEL',
              UID: first?.calendar?.properties['UID'],
              SEQUENCE: '1',
              STATUS: 'CANCELLED',
            },
          },
        });
        expect(second?.text).not.toContain('Feeling better');
      }
      expect((await remindersOf(patient, id)).items.map((item: { status: string }) => item.status)).toEqual([
        'cancelled',
        'cancelled',
      ]);
      await makeDue(patient, id);
      expect(await about(patient, id)).toHaveLength(2);
    });

    it('says nothing of a held slot that is let go', async () => {
      const { patient, id } = await heldVisit();
      await patient.client.post(`/api/appointments/${id}/cancel/`);
      await app.drained();
      expect((await list(patient)).total).toBe(0);
      expect(await about(doctor, id)).toEqual([]);
    });

    it('does not confirm what was cancelled before the confirmation left', async () => {
      const { patient, id } = await confirmedVisit();
      await app.sql(
        `with gone as (delete from notification_deliveries where notification_id in
           (select id from notifications where data ->> 'appointmentId' = $1) returning notification_id)
         delete from notifications where id in (select notification_id from gone)`,
        [id],
      );
      await app.sql('delete from reminders where appointment_id = $1', [id]);
      await patient.client.post(`/api/appointments/${id}/cancel/`);
      await publish(AppointmentConfirmed, { appointmentId: id });
      expect((await about(patient, id)).map((item: { type: string }) => item.type)).toEqual([
        'appointment_cancelled',
      ]);
      expect((await remindersOf(patient, id)).total).toBe(0);
    });

    it('calls the patient when the doctor begins, in the app only', async () => {
      const { patient, id } = await confirmedVisit();
      const started = await doctor.client.post(`/api/appointments/${id}/start/`);
      expect(started.status).toBe(200);
      await app.drained();
      expect((await about(patient, id)).at(-1)).toMatchObject({
        type: 'appointment_started',
        title: 'The doctor is here',
        data: { appointment_id: id, room_id: await roomOf(id) },
      });
      expect(await about(doctor, id)).toHaveLength(1);
      expect(await mailsTo(app, patient.email)).toHaveLength(1);
    });
  });

  describe('reminders', () => {
    it('are listed to the two people and the administrator', async () => {
      const { patient, id, start } = await confirmedVisit();
      const own = await remindersOf(patient, id);
      expect(own).toMatchObject({ total: 2, page: 1, page_size: 20 });
      expect(own.items[0]).toEqual({
        id: expect.any(String),
        appointment_id: id,
        user_id: patient.userId,
        channel: 'email',
        minutes_before: 24 * 60,
        due_at: Temporal.Instant.from(start)
          .subtract({ hours: 24 })
          .toString({ smallestUnit: 'millisecond' }),
        status: 'scheduled',
        sent_at: null,
        created_at: expect.any(String),
        updated_at: expect.any(String),
      });
      expect(own.items.map(dueBefore(start))).toEqual([24 * 60, 60]);
      expect((await remindersOf(patient, id, '?ordering=-due_at')).items.map(dueBefore(start))).toEqual([
        60,
        24 * 60,
      ]);
      expect((await remindersOf(doctor, id)).items.map((item: { user_id: string }) => item.user_id)).toEqual([
        doctor.userId,
        doctor.userId,
      ]);
      expect((await remindersOf(admin, id)).total).toBe(4);

      const stranger = await register(app);
      const denied = await stranger.client.get(`/api/appointments/${id}/reminders/`);
      expect(denied.status).toBe(404);
      expect(denied.body.details.code).toBe('appointment_not_found');
      expect((await app.client().get(`/api/appointments/${id}/reminders/`)).status).toBe(401);
    });

    it('go out when they are due, once', async () => {
      const { patient, id } = await confirmedVisit();
      await makeDue(patient, id);
      const reminders = await remindersOf(patient, id, '?status=sent');
      expect(reminders.total).toBe(2);
      expect(reminders.items[0].sent_at).not.toBeNull();
      const items = (await about(patient, id)).filter(
        (item: { type: string }) => item.type === 'appointment_reminder',
      );
      expect(items).toHaveLength(2);
      expect(items[0].body).toMatch(
        /^Your video visit with Dr. Dora Person starts on .* \(Asia\/Kolkata\)\.$/,
      );
      const mails = (await mailsTo(app, patient.email)).filter(
        ({ subject }) => subject === 'Your video visit is coming up',
      );
      expect(mails).toHaveLength(2);
      expect(mails[0]?.text).toContain(`${app.url}/visit/${await roomOf(id)}`);
      expect(mails[0]?.calendar).toBeUndefined();

      await app.sql(
        `update pgboss.job set state = 'created', start_after = now(), completed_on = null
         where name = 'notifications.send-reminder' and data ->> 'reminderId' = $1`,
        [reminders.items[0].id],
      );
      await app.drained();
      expect((await mailsTo(app, patient.email)).length).toBe(3);
    });

    it('are not made for times that have passed', async () => {
      const patient = await register(app);
      const visit = await book(patient, doctor.doctorId, 10);
      await app.nest.get(AppointmentsService).confirm(systemActor('test'), visit.id);
      await app.drained();
      expect((await remindersOf(patient, visit.id)).items.map(dueBefore(visit.start))).toEqual([60]);
    });

    it('do not go out for a visit that has begun', async () => {
      const { patient, id } = await confirmedVisit();
      await doctor.client.post(`/api/appointments/${id}/start/`);
      await makeDue(patient, id);
      expect((await remindersOf(patient, id, '?status=cancelled')).total).toBe(2);
    });
  });

  describe('of other facts', () => {
    it('gives a receipt, and tells of the refund', async () => {
      const { patient, appointmentId, transactionId } = await paidVisit(app, doctor);
      await app.drained();
      const [receipt] = (await list(patient, '?type=payment_received')).items;
      expect(receipt).toMatchObject({
        title: 'Your payment was received',
        body: expect.stringMatching(/^You paid EUR 50\.00 for the video visit with Dr\. Dora Person on /),
        data: { appointment_id: appointmentId, payment_id: transactionId },
      });
      await doctor.client.post(`/api/appointments/${appointmentId}/cancel/`);
      await settled(app);
      await app.drained();
      const [refund] = (await list(patient, '?type=refund_made')).items;
      expect(refund).toMatchObject({
        body: expect.stringMatching(/^EUR 50\.00 for the video visit/),
        data: { appointment_id: appointmentId, payment_id: transactionId, refund_id: expect.any(String) },
      });
      const subjects = (await mailsTo(app, patient.email)).map(({ subject }) => subject);
      expect(subjects.toSorted()).toEqual([
        'Your payment was received',
        'Your refund is on its way',
        'Your video visit is confirmed',
        'Your video visit was cancelled',
      ]);
    });

    it('tells that a prescription is ready, and nothing of what it is', async () => {
      const { patient, id } = await confirmedVisit();
      const prescriptionId = newId();
      await publish(PrescriptionIssued, { prescriptionId, appointmentId: id });
      await publish(PrescriptionIssued, { prescriptionId, appointmentId: id });
      expect((await list(patient, '?type=prescription_ready')).items).toEqual([
        expect.objectContaining({
          title: 'A prescription is ready',
          body: 'Dr. Dora Person has signed a prescription for you. Log in to see it.',
          data: { appointment_id: id, prescription_id: prescriptionId },
        }),
      ]);
      expect((await mailsTo(app, patient.email)).map(({ subject }) => subject)).toEqual([
        'Your video visit is confirmed',
        'A prescription is ready',
      ]);
    });

    it('tells a doctor what became of the licence, each time', async () => {
      const other = await registerDoctor(app, admin);
      const decide = async (decision: object) => {
        await admin.client.post('/api/doctors/kyc/update/', { doctor_id: other.doctorId, ...decision });
        await app.drained();
      };
      const sent = () => sendLicence(other, { license_number: 'X-1' });
      await app.drained();
      await sent();
      await decide({ status: 'rejected', reason: 'The scan cannot be read.' });
      await sent();
      await decide({ status: 'approved' });
      expect((await list(other, '?ordering=created_at')).items).toMatchObject([
        { type: 'doctor_approved', data: { doctor_id: other.doctorId } },
        { type: 'doctor_rejected', data: { doctor_id: other.doctorId } },
        { type: 'doctor_approved', data: { doctor_id: other.doctorId } },
      ]);
      const mails = await mailsTo(app, other.email);
      expect(mails).toHaveLength(3);
      expect(mails[1]?.text).not.toContain('scan');
    });

    it('carries no health data anywhere', async () => {
      await confirmedVisit();
      const rows = await app.sql(
        `select data::text from pgboss.job where data::text like $1
         union all select n::text from notifications n where n::text like $1
         union all select d::text from notification_deliveries d where d::text like $1`,
        [`%${REASON}%`],
      );
      expect(rows).toEqual([]);
    });
  });

  describe('the list', () => {
    it('marks as read and unread, filters, searches and removes', async () => {
      const { patient, id } = await confirmedVisit();
      await doctor.client.post(`/api/appointments/${id}/start/`);
      await app.drained();
      const [started, confirmed] = (await list(patient)).items;
      expect([started.type, confirmed.type]).toEqual(['appointment_started', 'appointment_confirmed']);

      const path = `/api/notifications/${confirmed.id}/`;
      expect((await patient.client.get(path)).body.data).toEqual(confirmed);
      const read = await patient.client.post(`${path}read/`);
      expect(read.body).toEqual({
        status: 'success',
        message: 'Marked as read.',
        data: { ...confirmed, read: true, read_at: expect.any(String), updated_at: expect.any(String) },
      });
      // Reading it again is reading it once.
      expect((await patient.client.post(`${path}read/`)).body.data).toEqual(read.body.data);

      expect((await list(patient, 'unread/')).items).toEqual([started]);
      expect((await list(patient, '?status=unread')).total).toBe(1);
      expect((await list(patient, '?status=read')).items).toEqual([read.body.data]);
      expect((await list(patient, '?type=appointment_started')).total).toBe(1);
      expect((await list(patient, '?search=CONFIRMED')).total).toBe(1);
      expect((await list(patient, '?search=50%25')).total).toBe(0);
      expect((await list(patient, '?created_after=2100-01-01T00:00:00Z')).total).toBe(0);
      expect((await list(patient, '?page=2&page_size=1')).items).toMatchObject([{ id: confirmed.id }]);

      expect((await patient.client.put(path, { read: false })).body.data).toMatchObject({
        read: false,
        read_at: null,
      });
      expect((await patient.client.patch(path, { read: true })).body.data.read).toBe(true);
      expect((await patient.client.put(path, { read: 'yes' })).status).toBe(400);
      expect((await patient.client.get('/api/notifications/?status=lost')).body.details.code).toBe(
        'validation_failed',
      );

      expect((await patient.client.post('/api/notifications/mark-all-read/')).body.data).toEqual({
        marked: 1,
      });
      expect((await patient.client.post('/api/notifications/mark-all-read/')).body.data).toEqual({
        marked: 0,
      });
      expect((await list(patient, 'unread/')).total).toBe(0);

      const removed = await patient.client.delete(path);
      expect(removed.status).toBe(200);
      expect(removed.body.data).toBeNull();
      for (const again of [await patient.client.get(path), await patient.client.delete(path)]) {
        expect(again.status).toBe(404);
        expect(again.body.details.code).toBe('notification_not_found');
      }
      // A repeated event does not bring it back.
      await publish(AppointmentConfirmed, { appointmentId: id });
      expect((await list(patient)).total).toBe(1);
    });

    it('is for its owner alone', async () => {
      const { patient } = await confirmedVisit();
      const [{ id }] = (await list(patient)).items;
      for (const other of [doctor, admin]) {
        for (const answer of [
          await other.client.get(`/api/notifications/${id}/`),
          await other.client.put(`/api/notifications/${id}/`, { read: true }),
          await other.client.post(`/api/notifications/${id}/read/`),
          await other.client.delete(`/api/notifications/${id}/`),
        ]) {
          expect(answer.status).toBe(404);
          expect(answer.body.details.code).toBe('notification_not_found');
        }
        await other.client.post('/api/notifications/mark-all-read/');
      }
      expect((await list(patient, 'unread/')).total).toBe(1);
      expect((await patient.client.get(`/api/notifications/${newId()}/`)).status).toBe(404);
      expect((await patient.client.get('/api/notifications/nonsense/')).status).toBe(400);
      for (const path of ['', 'unread/', `${id}/`]) {
        expect((await app.client().get(`/api/notifications/${path}`)).status).toBe(401);
      }
    });
  });
});

describe('a mail server that refuses', () => {
  let app: TestApp;
  let mailServer: SMTPServer;
  const refusals: number[] = [];
  const seen: string[] = [];

  before(async () => {
    const port = await freePort();
    mailServer = new SMTPServer({
      disabledCommands: ['AUTH', 'STARTTLS'],
      onRcptTo(_address, _session, done) {
        const responseCode = refusals.shift();
        done(responseCode ? Object.assign(new Error('Not now.'), { responseCode }) : null);
      },
      onData(stream, _session, done) {
        let text = '';
        stream.on('data', (part: Buffer) => {
          text += part.toString();
        });
        stream.on('end', () => {
          seen.push(text);
          done();
        });
      },
    });
    await new Promise<void>((resolve) => mailServer.listen(port, '127.0.0.1', resolve));
    app = await startTestApp({ SMTP_URL: `smtp://127.0.0.1:${port}` });
  });
  after(async () => {
    await app.close();
    await new Promise<void>((resolve) => mailServer.close(resolve));
  });

  const deliveries = () =>
    app.sql(
      'select status, failure, sent_at is not null as sent from notification_deliveries order by created_at',
    );

  it('for now is asked again, with the same Message-ID; for good is not', async () => {
    const admin = await registerAdmin(app);
    refusals.push(451);
    await registerDoctor(app, admin);
    await eventually(() => seen.length === 1, 'the mail has arrived at the second attempt');
    await app.drained();
    expect(await deliveries()).toEqual([{ status: 'sent', failure: null, sent: true }]);
    expect(refusals).toEqual([]);

    refusals.push(550);
    await registerDoctor(app, admin);
    await app.drained();
    expect(await deliveries()).toEqual([
      { status: 'sent', failure: null, sent: true },
      { status: 'failed', failure: 'EENVELOPE 550', sent: false },
    ]);
    expect(seen).toHaveLength(1);
  });
});

const basic = (instant: string) =>
  Temporal.Instant.from(instant).toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '');

/** How many minutes before `start` a reminder is due. */
const dueBefore = (start: string) => (reminder: { due_at: string }) =>
  (Date.parse(start) - Date.parse(reminder.due_at)) / 60_000;
