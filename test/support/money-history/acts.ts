import { newId } from '#kernel';
import { sendWebhook } from '../paying.ts';
import type { Person } from '../people.ts';
import { beginsIn } from '../visits.ts';
import { tried } from './providers.ts';
import { type Act, AT_ONCE, type Step } from './steps.ts';
import type { Fee, Visit, World } from './world.ts';

/** The events of {@link Acts.wrongSum} are known by their ids. */
export const WRONG_SUM = 'evt_wrong_sum_';

/** Stripe moves amounts of three decimals in steps of this. */
const STEP_OF = { KWD: 10 } as Readonly<Record<string, number>>;
/** From when it is over until nobody can come any more, and a little longer. */
const MINUTES_LONG_OVER = 120;
const SLOT_MINUTES = 30;

const month = () => new Date().toISOString().slice(0, 7);
const one = <T>(of: readonly T[], at: number): T | undefined => of[at % of.length];

/** Everything that can happen. What is asked of the server may be refused, or its answer may be lost. */
export class Acts {
  constructor(private readonly world: World) {}

  async do(step: Step): Promise<void> {
    try {
      await this.#acts[step.act](step);
    } catch (error) {
      // Nobody answered: the server was killed meanwhile. What it had done it has done.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  readonly #acts: Readonly<Record<Act, (step: Step) => Promise<unknown>>> = {
    visit: (step) => this.#newVisit(step),
    pay: this.#onVisit(({ doctor, reference }, { way }) => doctor.side.pay(reference, way)),
    bank: this.#onVisit(({ doctor, reference }, { part }) => doctor.side.bankSpeaks(reference, part < 700)),
    // The patient comes back, from the checkout or to it.
    comeBack: this.#onVisit(({ patient, intent }) =>
      patient.client.post(`/api/payments/transactions/${intent.transaction.id}/confirm/`, {}),
    ),
    payAgain: this.#onVisit(({ patient, id }) =>
      patient.client.post('/api/payments/intent/', { appointment_id: id }),
    ),
    // The day is over: visits that are confirmed were held.
    complete: async ({ at }) => {
      const doctor = one(this.world.doctors, at);
      const confirmed = await this.#ids(`select id from appointments where status = 'scheduled' order by id`);
      const own = this.world.visits.filter(
        (visit) => visit.doctor === doctor && confirmed.includes(visit.id),
      );
      for (const { id } of own.slice(0, AT_ONCE / 2)) {
        for (const action of ['start', 'end'])
          await doctor?.client.post(`/api/appointments/${id}/${action}/`);
      }
    },
    cancelByPatient: this.#onVisit(({ id, patient }) =>
      patient.client.post(`/api/appointments/${id}/cancel/`),
    ),
    cancelByDoctor: this.#onVisit(({ id, doctor }) =>
      doctor.client.post(`/api/appointments/${id}/cancel/`, { reason: 'Ill' }),
    ),
    noShow: this.#onVisit((visit) => this.#miss(visit)),
    // The hold ends before the provider has told that it was paid.
    lapse: this.#onVisit(({ id }) =>
      this.world.app.sql(
        `update appointments set hold_expires_at = now() - interval '1 second' where id = $1 and status = 'held'`,
        [id],
      ),
    ),
    refund: this.#onVisit((visit, { part, at }) =>
      Promise.all(Array.from({ length: 1 + (at % 3) }, () => this.#refund(visit, part))),
    ),
    dashboardRefund: this.#onVisit(({ doctor, reference }, { part, at }) =>
      doctor.side.refund(reference, at % 4 === 0 ? undefined : amountOf(doctor.fee, part)),
    ),
    endRefund: async ({ at, part }) => {
      const { side } = one(this.world.doctors, at) ?? {};
      const found = side && one(side.refunds(), at >> 3);
      if (found) side.settleRefund(found.id, part < 500);
    },
    retryRefund: async ({ at }) => {
      const failed = await this.#ids(`select id from refunds where status = 'failed' order by id`);
      const id = one(failed, at);
      if (id) await this.world.author.client.post(`/api/payments/refunds/${id}/retry/`);
    },
    dispute: this.#onVisit(({ doctor, reference }, { at, part }) => {
      if (doctor.side !== this.world.stripe) return;
      const how = { isInquiry: at % 5 === 0, amount: at % 3 === 0 ? amountOf(doctor.fee, part) : undefined };
      tried(() => this.world.app.sandbox.control.dispute(reference, how));
    }),
    endDispute: async ({ at }) => {
      const { control } = this.world.app.sandbox;
      const found = one(control.disputes(), at);
      if (!found) return;
      if (at % 2 === 0) tried(() => control.answerDispute(found.id));
      if (at % 5 !== 0) tried(() => control.closeDispute(found.id, at % 3 === 0 ? 'lost' : 'won'));
    },
    payout: async ({ at }) => {
      await this.#draft('generate/', { doctor_id: one(this.world.doctors, at)?.doctorId, month: month() });
      await this.#decide(at >> 3, 'approved');
    },
    advance: async ({ at, part }) => {
      const doctor = one(this.world.doctors, at >> 3);
      if (doctor) await this.#draft('', { doctor_id: doctor.doctorId, amount: partOf(doctor.fee, part) });
      await this.#decide(at, 'approved');
    },
    decide: ({ at }) => this.#decide(at, at % 4 === 0 ? 'cancelled' : 'approved'),
    takeBack: async ({ at, part }) => {
      const { control } = this.world.app.sandbox;
      const transfer = one(
        control.transfers().filter(({ reversed }) => !reversed),
        at,
      );
      if (!transfer) return;
      const fee = {
        amount: transfer.amount - transfer.amount_reversed,
        currency: transfer.currency.toUpperCase(),
      };
      tried(() => control.reverseTransfer(transfer.id, amountOf(fee, part)));
    },
    // A payout that is approved before anybody knows that the provider will not make it.
    restrict: async ({ at }) => {
      const { control } = this.world.app.sandbox;
      const account = one(control.accounts(), at);
      if (!account) return;
      if (at % 3 === 0) control.restrictAccount(account.id);
      else control.completeOnboarding(account.id);
      await this.#decide(at >> 3, 'approved');
    },
    compare: () => this.world.author.client.post('/api/payments/reconciliations/', { days: 2 }),
    wrongSum: this.#onVisit((visit) => this.#wrongSum(visit)),
  };

  async #newVisit({ at, way }: Step): Promise<void> {
    const doctor = one(this.world.doctors, at);
    const patient = one(this.world.patients, at >> 3);
    const start = doctor?.slots.shift();
    if (!doctor || !patient || !start) return;
    const reason = 'A cough that stays';
    const booked = await patient.client.post('/api/appointments/', {
      doctor_id: doctor.doctorId,
      start,
      reason,
    });
    if (booked.status !== 201) return;
    const { id } = booked.body.data;
    const opened = await patient.client.post('/api/payments/intent/', { appointment_id: id });
    // Not answered: the reconciler closes it.
    if (opened.status !== 201) return;
    const intent = opened.body.data;
    const reference = intent.transaction.provider_reference;
    this.world.visits.push({ id, doctor, patient, intent, reference });
    doctor.side.pay(reference, way);
  }

  #refund({ doctor, intent }: Visit, part: number): Promise<unknown> {
    return this.world.author.client.post(`/api/payments/transactions/${intent.transaction.id}/refund/`, {
      reason: 'History',
      amount: partOf(doctor.fee, part),
    });
  }

  /** Nobody comes: its time is over. Two visits of a doctor are not moved to the same time. */
  async #miss(visit: Visit): Promise<void> {
    const { app, visits } = this.world;
    await beginsIn(app, visit.id, -MINUTES_LONG_OVER - SLOT_MINUTES * 2 * visits.indexOf(visit));
    await app.sql(
      `update pgboss.job set start_after = now() where name = 'appointments.conclude' and state = 'created'
         and data ->> 'appointmentId' = $1`,
      [visit.id],
    );
  }

  async #draft(path: string, body: object): Promise<void> {
    await this.world.author.client.post(`/api/payments/payouts/${path}`, body);
  }

  async #decide(at: number, status: 'approved' | 'cancelled'): Promise<void> {
    const open = await this.#ids(
      `select id from payouts where status in ('draft', 'failed', 'approved') order by id`,
    );
    const id = one(open, at);
    const by: Person = this.world.approver;
    if (id) await by.client.patch(`/api/payments/payouts/${id}/`, { status });
  }

  /** Whoever knows the secret cannot tell of another sum: what was asked for is what has to arrive. */
  async #wrongSum({ doctor, reference }: Visit): Promise<void> {
    if (doctor.side !== this.world.stripe) return;
    const { control } = this.world.app.sandbox;
    const intent = control.intents().find(({ id }) => id === reference);
    const object = { ...intent, status: 'succeeded', amount_received: doctor.fee.amount - 10 };
    const event = {
      id: `${WRONG_SUM}${newId()}`,
      object: 'event',
      type: 'payment_intent.succeeded',
      data: { object },
    };
    await sendWebhook(this.world.app, JSON.stringify(event));
  }

  #onVisit(act: (visit: Visit, step: Step) => unknown) {
    return async (step: Step): Promise<void> => {
      const { visits } = this.world;
      // Mostly a young one: while its news is still under way.
      const visit = one(step.at % 3 === 0 ? visits : visits.slice(-AT_ONCE), step.at >> 2);
      if (visit) await act(visit, step);
    };
  }

  async #ids(statement: string): Promise<string[]> {
    const rows = await this.world.app.sql<{ id: string }>(statement);
    return rows.map(({ id }) => id);
  }
}

const partOf = (fee: Fee, part: number) => ({ amount: amountOf(fee, part), currency: fee.currency });

/** At least the smallest that the provider takes. */
function amountOf({ amount, currency }: Fee, part: number): number {
  const step = STEP_OF[currency] ?? 1;
  return Math.max(step, Math.floor((amount * part) / 1000 / step) * step);
}
