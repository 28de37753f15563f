import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import PostalMime from 'postal-mime';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { EventListener } from '../../support/event-listener.ts';
import { intentFor, PAYING_APP, payInBrowser, settled } from '../../support/paying.ts';
import {
  type DoctorPerson,
  freeSlots,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../../support/people.ts';
import { type PushService, pushEnvironment, startPushService } from '../../support/push-service.ts';

/** What may be nowhere but in the chart. */
const SECRETS = {
  reason: 'Zebraitis since Monday',
  diagnosis: 'Quokka fever',
  code: 'Z73.9',
  medicine: 'Okapicillin',
  cancellation: 'The wombat rash is gone',
  lastName: 'Kestrelmann',
};

describe('what leaves the app in the life of a visit', () => {
  let app: TestApp;
  let push: PushService;
  let doctor: DoctorPerson;
  let patient: Person;

  before(async () => {
    push = await startPushService();
    app = await startTestApp({ ...PAYING_APP, ...pushEnvironment(push) });
    doctor = await registerDoctor(app, await registerAdmin(app));
    patient = await register(app, 'patient', { last_name: SECRETS.lastName });
  });
  after(async () => {
    await app.close();
    await push.close();
  });

  const must = async (answer: Promise<{ status: number; body: { data: { id: string } } }>) => {
    const { status, body } = await answer;
    if (status > 299) throw new Error(`${status}: ${JSON.stringify(body)}`);
    return body.data;
  };
  const bookAndPay = async (index: number) => {
    const slot = (await freeSlots(patient.client, doctor.doctorId))[index];
    const { id } = await must(
      patient.client.post('/api/appointments/', {
        doctor_id: doctor.doctorId,
        start: slot?.start,
        reason: SECRETS.reason,
      }),
    );
    await payInBrowser(app, await intentFor(patient, id));
    await settled(app);
    await app.drained();
    return id;
  };

  it('says nothing of health, by any way and in any job', async () => {
    const everything = { email: true, sms: true, push: true };
    for (const [index, person] of [patient, doctor].entries()) {
      await app.sql('update users set phone = $2, phone_verified_at = now() where id = $1', [
        person.userId,
        `+3361111000${index}`,
      ]);
      await must(person.client.post('/api/notifications/push/subscriptions/', push.subscribe()));
      const groups = ['appointments', 'reminders', 'payments', 'records', 'practice'];
      await must(
        person.client.patch('/api/notifications/preferences/', {
          groups: Object.fromEntries(groups.map((group) => [group, everything])),
        }),
      );
    }
    const streams = await Promise.all(
      [patient, doctor].map(({ client }) =>
        EventListener.open(`${app.url}/api/notifications/stream/`, client.headers),
      ),
    );

    const id = await bookAndPay(100);
    await must(doctor.client.post(`/api/appointments/${id}/start/`));
    const encounter = await must(
      doctor.client.post('/api/emr/encounters/', {
        appointment_id: id,
        assessment: SECRETS.diagnosis,
        diagnoses: [{ code: SECRETS.code, description: SECRETS.diagnosis }],
      }),
    );
    await must(
      doctor.client.put(`/api/emr/encounters/${encounter.id}/`, {
        plan: `Take ${SECRETS.medicine}.`,
        status: 'finalized',
      }),
    );
    const prescription = await must(
      doctor.client.post('/api/emr/prescriptions/', {
        appointment_id: id,
        items: [
          {
            medicine: SECRETS.medicine,
            strength: '500 mg',
            form: 'tablet',
            dose: '1 tablet',
            route: 'by mouth',
            frequency: 'once a day',
            duration: '3 days',
            quantity: '3',
          },
        ],
      }),
    );
    await must(doctor.client.put(`/api/emr/prescriptions/${prescription.id}/`, { status: 'issued' }));
    await must(doctor.client.post(`/api/appointments/${id}/end/`));
    const other = await bookAndPay(140);
    await app.sql(`update pgboss.job set start_after = now() where name = 'notifications.send-reminder'`);
    await app.drained();
    await must(patient.client.post(`/api/appointments/${other}/cancel/`, { reason: SECRETS.cancellation }));
    await settled(app);
    await app.drained();

    const mails = await Promise.all(
      (await readdir(app.mailFolder)).map(async (name) =>
        PostalMime.parse(await readFile(join(app.mailFolder, name))),
      ),
    );
    const letters = mails.map((mail) => ({
      to: mail.to?.[0]?.address ?? '',
      text: JSON.stringify([mail.subject, mail.text, mail.attachments.map(({ content }) => asText(content))]),
    }));
    const texts = letters.filter(({ to }) => to.endsWith('@sms.invalid'));
    const stored = await app.sql<{ text: string }>(
      `select data::text as text from pgboss.job
       union all select n::text from notifications n
       union all select d::text from notification_deliveries d`,
    );
    // All of them are in use, or the test would prove nothing.
    const types = (
      await app.sql<{ type: string }>('select distinct type from notifications order by type')
    ).map(({ type }) => type);
    expect(types).toEqual([
      'appointment_cancelled',
      'appointment_confirmed',
      'appointment_reminder',
      'appointment_started',
      'doctor_approved',
      'payment_received',
      'prescription_ready',
      'refund_made',
    ]);
    expect(letters.length - texts.length).toBeGreaterThan(8);
    expect(texts.length).toBeGreaterThan(8);
    expect(push.received.length).toBeGreaterThan(8);
    const heard = streams.flatMap(({ events }) => events);
    expect(heard.length).toBeGreaterThan(8);
    for (const stream of streams) stream.leave();

    const everywhere = [
      ...letters.map(({ text }) => text),
      ...push.received.map(({ payload }) => JSON.stringify(payload)),
      ...heard.map((event) => JSON.stringify(event)),
      ...stored.map(({ text }) => text),
    ];
    for (const [name, secret] of Object.entries(SECRETS)) {
      // The patient's own calendar entry has their own name.
      const where =
        name === 'lastName' ? everywhere.filter((text) => !text.includes('ATTENDEE')) : everywhere;
      expect({ name, found: where.filter((text) => text.includes(secret)) }).toEqual({ name, found: [] });
    }
  });
});

function asText(content: ArrayBuffer | Uint8Array | string): string {
  return typeof content === 'string' ? content : new TextDecoder().decode(content);
}
