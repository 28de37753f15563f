import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { eventually } from '../support/eventually.ts';
import { mailsTo } from '../support/mailbox.ts';
import { type Intent, intentFor, payInBrowser } from '../support/paying.ts';
import {
  book,
  type DoctorPerson,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../support/people.ts';
import { descendants, untilGone } from './support/processes.ts';
import { ServerProcess } from './support/server.ts';

interface Booked {
  readonly patient: Person;
  readonly id: string;
  readonly transactionId: string;
  readonly intent: Intent;
}

describe('a server that is killed', () => {
  let server: ServerProcess;
  let doctor: DoctorPerson;

  before(async () => {
    // A licence is looked at by a job; the tests begin without any.
    server = await ServerProcess.start();
    doctor = await registerDoctor(server.app, await registerAdmin(server.app));
    await server.kill();
    await server.restart({ RUN_JOBS: '0' });
  });
  after(async () => {
    const started = descendants();
    expect(started.length).toBeGreaterThan(0);
    await server.close();
    await untilGone(started);
  });

  async function bookedBy(patient: Person): Promise<Booked> {
    const { id } = await book(patient, doctor.doctorId);
    const intent = await intentFor(patient, id);
    return { patient, id, transactionId: intent.transaction.id, intent };
  }

  async function pay({ intent }: Booked): Promise<void> {
    expect((await payInBrowser(server.app, intent)).status).toBe(200);
  }

  const statusOf = async ({ patient, id }: Booked): Promise<string> =>
    (await patient.client.get(`/api/appointments/${id}/`)).body.data.status;

  /** Also what the killed process had in hand: that is found to be dead first, and then tried again. */
  async function everythingDone(): Promise<void> {
    await eventually(async () => {
      const left = await server.app.sql(
        `select 1 from pgboss.job where name not like '\\_\\_%' and name <> 'dead-letters'
           and (state in ('active', 'retry') or (state = 'created' and start_after <= now()))`,
      );
      return left.length === 0;
    }, 'all jobs are done');
  }

  async function expectOnce(visit: Booked): Promise<void> {
    expect(await statusOf(visit)).toBe('scheduled');
    const booked = await server.app.sql(
      `select kind from ledger_transactions where reference = $1 order by sequence`,
      [visit.transactionId],
    );
    expect(booked).toEqual([{ kind: 'payment_received' }, { kind: 'provider_fee' }]);
    const receipts = await server.app.sql('select kind from invoices where reference = $1', [
      visit.transactionId,
    ]);
    expect(receipts).toEqual([{ kind: 'receipt' }]);
    const rooms = await server.app.sql('select 1 from rooms where appointment_id = $1', [visit.id]);
    expect(rooms).toHaveLength(1);
    const told = await server.app.sql(
      `select user_id, type from notifications where data->>'appointmentId' = $1 order by type, user_id`,
      [visit.id],
    );
    expect(told).toEqual([
      ...[visit.patient.userId, doctor.userId]
        .toSorted()
        .map((user_id) => ({ user_id, type: 'appointment_confirmed' })),
      { user_id: visit.patient.userId, type: 'payment_received' },
    ]);
  }

  it('between the webhook’s 200 and its job confirms the booking after the next start, once', async () => {
    const patient = await register(server.app);
    const visit = await bookedBy(patient);
    await pay(visit);
    await server.app.sandbox.control.drained();
    const succeeded = server.app.sandbox.control
      .events()
      .find(({ event }) => event.type === 'payment_intent.succeeded');
    expect(succeeded?.attempts).toMatchObject([{ status: 200 }]);
    expect(await statusOf(visit)).toBe('held');
    await server.kill();
    const waiting = await server.app.sql(
      `select state from pgboss.job where name = 'payments.process-webhook' and state <> 'created'`,
    );
    expect(waiting).toEqual([]);

    await server.restart({ RUN_JOBS: '1' });
    await server.app.drained();
    await expectOnce(visit);
    for (const { email } of [patient, doctor]) {
      const confirmations = (await mailsTo(server.app, email)).filter(({ calendar }) => calendar);
      expect(confirmations).toMatchObject([{ calendar: { method: 'REQUEST' } }]);
    }
  });

  it('in the middle of many webhooks loses none and does none twice', async () => {
    const visits: Booked[] = [];
    for (let count = 0; count < 12; count += 1) visits.push(await bookedBy(await register(server.app)));
    // All at once, so that the kill meets webhooks on their way, in the inbox and half done.
    await Promise.all(visits.map(pay));
    const settled = async () => {
      const rows = await server.app.sql(
        `select 1 from payments where id = any($1) and status = 'succeeded'`,
        [visits.map(({ transactionId }) => transactionId)],
      );
      return rows.length;
    };
    await eventually(async () => (await settled()) > 0, 'the first payment is settled');
    await server.kill();
    expect(await settled()).toBeLessThan(visits.length);

    await server.restart({ RUN_JOBS: '1' });
    await server.app.sandbox.control.drained();
    await everythingDone();
    for (const visit of visits) await expectOnce(visit);
    const [sum] = await server.app.sql('select sum(amount)::int as sum from ledger_postings');
    expect(sum).toEqual({ sum: 0 });
    // A mail may have been sent again by the process that came after, with the Message-ID it had.
    for (const { patient } of visits) {
      const mails = (await mailsTo(server.app, patient.email)).filter(({ calendar }) => calendar);
      expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(1);
    }
  });
});
