import { Injectable } from '@nestjs/common';
import { type RawBuilder, sql } from 'kysely';
import { money, type Period } from '#kernel';
import { Database, within } from '#platform';
import { LINE_FACTS, type LineFact, type PayoutLine } from './payout-line.entity.ts';

/** Reads what can be paid out to a doctor, posting by posting. */
@Injectable()
export class PayoutLinesService {
  constructor(private readonly database: Database) {}

  /**
   * What no payout has paid or settled yet, oldest first: what was earned in the period, and whatever is to be
   * taken off, also when that happened outside of it.
   */
  async open(practitionerId: string, earned: Period = {}): Promise<PayoutLine[]> {
    const inPeriod = sql.join([sql`true`, ...within('transaction.occurred_at', earned)], sql` and `);
    return this.#read(sql`
      account.practitioner_id = ${practitionerId} and (posting.amount > 0 or ${inPeriod}) and not exists (
        select from payout_items item where item.posting_id = posting.id and item.is_live)`);
  }

  /** What a payout pays and settles, oldest first; of a cancelled one, what it would have. */
  async ofPayout(payoutId: string): Promise<PayoutLine[]> {
    return this.#read(
      sql`posting.id in (select item.posting_id from payout_items item where item.payout_id = ${payoutId})`,
    );
  }

  /**
   * A line about a payment says how it was divided. What is released when a visit is over is what all that was
   * booked of the payment before has left of it (what its provider kept is the platform's expense); anything else is divided in its own transaction.
   */
  async #read(which: RawBuilder<unknown>): Promise<PayoutLine[]> {
    const { rows } = await sql<Row>`
      select posting.id as posting_id, transaction.kind, account.kind = 'doctor_receivable' as on_receivable,
        transaction.occurred_at, transaction.payment_id, payment.appointment_id, posting.currency,
        -posting.amount as net, coalesce(divided.gross, 0) as gross, coalesce(divided.commission, 0) as commission
      from ledger_postings posting
      join ledger_accounts account on account.id = posting.account_id
      join ledger_transactions transaction on transaction.id = posting.transaction_id
      left join payments payment on payment.id = transaction.payment_id
      left join lateral (
        select (sum(part.amount) filter (where side.kind = 'provider_clearing'))::bigint as gross,
          (-sum(part.amount) filter (where side.kind = 'platform_revenue'))::bigint as commission
        from ledger_transactions other
        join ledger_postings part on part.transaction_id = other.id
        join ledger_accounts side on side.id = part.account_id
        where other.payment_id = transaction.payment_id and other.kind <> 'provider_fee' and case transaction.kind
          when 'earning_released' then other.sequence < transaction.sequence else other.id = transaction.id end
      ) divided on true
      where account.kind in ('doctor_available', 'doctor_receivable')
        and transaction.kind in (${sql.join(LINE_FACTS)}) and ${which}
        -- The other side of these is the payout's that they come from.
        and (transaction.kind <> 'rest_carried' or posting.amount < 0)
        and (transaction.kind <> 'rest_released' or posting.amount > 0)
      order by transaction.sequence`.execute(this.database.query);
    return rows.map(({ net, gross, commission, currency, ...line }) => ({
      ...line,
      net: money(net, currency),
      gross: money(gross, currency),
      commission: money(commission, currency),
    }));
  }
}

interface Row extends Omit<PayoutLine, 'net' | 'gross' | 'commission'> {
  readonly kind: LineFact;
  readonly currency: string;
  readonly net: number;
  readonly gross: number;
  readonly commission: number;
}
