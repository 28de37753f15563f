import pg from 'pg';
import { newId } from '#kernel';
import type { Bench } from '../bench.ts';
import { PAIRS } from '../cast.ts';
import { HttpLoad } from '../http-load.ts';
import { MeasuredProcess } from '../measured-process.ts';
import { pgbench } from '../pgbench.ts';
import { type Competitor, race } from '../race.ts';
import { type Bindings, CONNECTIONS, describeScripts, type Scripts, withPlaces } from '../same-sql.ts';
import type { Stage } from '../stage.ts';
import { eventBody, signedWebhook } from '../webhook-body.ts';

const PAYMENTS = 300;
const ROUNDS = 5;
const SLOT_MINUTES = 30;
const KIND = 'settlement';

/** Visits that are held, each with its payment at the provider. */
const OPEN_PAYMENTS = `
with wanted as (
  select * from jsonb_to_recordset($1::jsonb) as x(appointment uuid, payment uuid, reference text, organization uuid,
    doctor uuid, patient uuid, "patientUser" uuid, start timestamptz)),
visits as (
  insert into appointments (id, organization_id, practitioner_id, patient_id, booked_by, status, starts_at, ends_at,
      hold_expires_at, fee_amount, fee_currency, cancellation_policy, created_at, updated_at)
  select appointment, organization, doctor, patient, "patientUser", 'held', start,
    start + interval '${SLOT_MINUTES} minutes', now() + interval '1 hour', 5000, 'EUR',
    '{"freeUntilHours": 24, "partialRefundPercent": 50, "partialUntilHours": 0}', now(), now() from wanted
  returning id)
insert into payments (id, organization_id, appointment_id, practitioner_id, patient_id, payer_user_id, provider,
    provider_reference, amount, currency, commission_amount, status, created_at, updated_at)
  select payment, organization, appointment, doctor, patient, "patientUser", 'stripe', reference, 5000, 'EUR', 750,
    'created', now(), now() from wanted join visits on visits.id = wanted.appointment`;

/** By doctor: an account that nobody has written to yet is opened, which happens once. */
const OPEN_ACCOUNTS = `
insert into ledger_accounts (id, kind, provider, practitioner_id, currency)
  select uuidv7(), 'provider_clearing'::ledger_account_kind, 'stripe', null::uuid, 'EUR'
  union all select uuidv7(), 'platform_revenue', null, null, 'EUR'
  union all select uuidv7(), 'doctor_pending', null, id, 'EUR' from doctors
on conflict do nothing`;

type Values = Readonly<Record<string, string>>;

/** Payments that were paid, whose webhooks lie in the inbox. */
class Inbox {
  #count = 0;

  private constructor(
    private readonly stage: Stage,
    private readonly database: pg.Client,
    private readonly load: HttpLoad,
    private readonly accounts: ReadonlyMap<string, string>,
  ) {}

  static async open(stage: Stage): Promise<Inbox> {
    const database = new pg.Client(stage.superuserUrl);
    await database.connect();
    await database.query(OPEN_ACCOUNTS);
    const { rows } = await database.query<{ id: string; name: string }>(
      `select id, coalesce(practitioner_id::text, kind::text) as name from ledger_accounts`,
    );
    const accounts = new Map(rows.map(({ id, name }) => [name, id]));
    return new Inbox(stage, database, await HttpLoad.open(stage.url, CONNECTIONS), accounts);
  }

  /** @returns what each of so many more is known by */
  async fill(payments: number): Promise<Values[]> {
    const wanted = Array.from({ length: payments }, () => this.#next());
    await this.database.query(OPEN_PAYMENTS, [JSON.stringify(wanted)]);
    const webhooks = wanted.map(({ event = '', reference, payment }) =>
      signedWebhook(eventBody(event, { reference, paymentId: payment }), this.stage.webhookSecret),
    );
    await this.load.run(webhooks, 200);
    const { rows } = await this.database.query<{ id: string; event_id: string }>(
      'select id, event_id from webhook_events where event_id = any ($1)',
      [wanted.map(({ event }) => event)],
    );
    const ids = new Map(rows.map(({ id, event_id }) => [event_id, id]));
    return wanted.map((values) => ({ ...values, webhookEvent: ids.get(values['event'] ?? '') ?? '' }));
  }

  /** They are to be worked on by somebody else. */
  async withoutJobs(): Promise<void> {
    await this.database.query(`delete from pgboss.job where name = 'payments.process-webhook'`);
  }

  async settled(): Promise<number> {
    const { rows } = await this.database.query<{ settled: number }>(
      `select count(*)::int as settled from payments p join appointments v on v.id = p.appointment_id
       join ledger_transactions t on t.payment_id = p.id
       where p.status = 'succeeded' and v.status = 'scheduled' and t.kind = 'payment_received'`,
    );
    return rows[0]?.settled ?? 0;
  }

  async close(): Promise<void> {
    this.load.close();
    await this.database.end();
  }

  #next(): Values {
    const index = this.#count++;
    const pair = this.stage.pairs[index % PAIRS];
    if (!pair) throw new Error('Nobody is there.');
    const start = Temporal.Now.zonedDateTimeISO('UTC')
      .add({ days: 2 })
      .startOfDay()
      .add({ minutes: Math.floor(index / PAIRS) * SLOT_MINUTES });
    const { organization, doctor, patient, patientUser } = pair;
    const own = { organization, doctor, patient, patientUser };
    const event = `evt_${newId()}`;
    return {
      ...own,
      event,
      reference: `pi_${event}`,
      payment: newId(),
      appointment: newId(),
      start: start.toInstant().toString(),
      pending: this.accounts.get(doctor) ?? '',
      clearing: this.accounts.get('provider_clearing') ?? '',
      revenue: this.accounts.get('platform_revenue') ?? '',
    };
  }
}

export const settlement: Bench = {
  name: KIND,
  title: 'a webhook of the inbox becomes a confirmed visit and its postings, by a worker that does only this',
  unit: 'payment',
  async run(openStage) {
    const stage = await openStage();
    const inbox = await Inbox.open(stage);
    const worker = new MeasuredProcess('bench/programs/settle.ts', stage.environment);
    try {
      await worker.told({ settle: 'ready' });
      const { scripts, madeHere } = await recordedOf(inbox, worker);
      const byWorker: Competitor = {
        name: 'the worker',
        async run() {
          await inbox.fill(PAYMENTS);
          const before = await inbox.settled();
          const idle = worker.told({ settle: 'idle' });
          const sample = await worker.sampled(PAYMENTS, async () => {
            await worker.ask({ settle: 'all', payments: PAYMENTS });
          });
          await idle;
          const settled = (await inbox.settled()) - before;
          if (settled !== PAYMENTS) throw new Error(`${settled} of ${PAYMENTS} payments were settled.`);
          return sample;
        },
      };
      const bindings = async (): Promise<Bindings[]> => {
        const filled = await inbox.fill(PAYMENTS);
        await inbox.withoutJobs();
        return filled.map((values) => ({
          kind: KIND,
          values: { ...values, ...Object.fromEntries(madeHere.map((name) => [name, newId()])) },
        }));
      };
      const byPgbench = await pgbench({
        databaseUrl: stage.databaseUrl,
        superuserUrl: stage.superuserUrl,
        scripts,
        clients: CONNECTIONS,
      });
      const others: Competitor[] = byPgbench
        ? [{ name: 'pgbench, same SQL, prepared', run: async () => byPgbench(await bindings()) }]
        : [];
      return {
        ...(await race([byWorker, ...others], ROUNDS)),
        conditions: `${PAYMENTS} payments a round; statements: ${describeScripts(scripts)}, without those of the queue; pgbench with ${CONNECTIONS} clients`,
        notes: byPgbench ? [] : ['pgbench is not on this machine: it is left out.'],
      };
    } finally {
      await worker.stop();
      await inbox.close();
    }
  },
};

/** The statements of one settlement, without those of the queue. */
async function recordedOf(
  inbox: Inbox,
  worker: MeasuredProcess,
): Promise<{ scripts: Scripts; madeHere: readonly string[] }> {
  const filled = await inbox.fill(3);
  await inbox.withoutJobs();
  const settle = async ({ webhookEvent }: Values) => {
    await worker.ask({ settle: 'one', webhookEventId: webhookEvent });
  };
  const [first = {}, second = {}, third = {}] = filled;
  // The caches are warm, and a connection that is being opened is not recorded.
  await settle(first);
  await settle(second);
  const { statements, madeHere } = withPlaces(await worker.statementsOf(() => settle(third)), third);
  return { scripts: { [KIND]: statements }, madeHere };
}
