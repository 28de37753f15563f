import type { z } from 'zod';
import { isId, money } from '#kernel';
import type { AccountSnapshot, TransferSnapshot, TransferStatus } from '../payout-provider.ts';
import {
  type ProductEntity,
  ProductNews,
  type Requirement,
  type TransferEntity,
} from './razorpay-entities.ts';

/** Our ids, as Razorpay keeps them in the notes. */
export const PAYOUT_ID = 'payout_id';
export const ATTEMPT_ID = 'attempt_id';

const TRANSFER_STATUS: Readonly<Record<string, TransferStatus>> = {
  processed: 'made',
  reversed: 'made',
  partially_reversed: 'made',
  failed: 'failed',
};

/** https://razorpay.com/docs/api/payments/route/transfers-entity/ */
export function transferSnapshot(transfer: TransferEntity): TransferSnapshot {
  const { id, status, amount, amount_reversed: reversed, currency, fees, notes, error } = transfer;
  const known = TRANSFER_STATUS[status ?? ''] ?? 'pending';
  return {
    kind: 'transfer',
    reference: id,
    payoutId: ownId(notes[PAYOUT_ID]),
    attemptId: ownId(notes[ATTEMPT_ID]),
    status: known,
    amount: money(amount, currency),
    returned: money(reversed ?? 0, currency),
    fee: money(fees ?? 0, currency),
    failureCode: known === 'failed' ? (error?.reason ?? error?.code ?? 'transfer_failed') : null,
  };
}

/** https://razorpay.com/docs/api/payments/route/product-configuration-entity/: transfers reach an activated account. */
export function productSnapshot(
  accountId: string,
  { id, activation_status: status, requirements }: ProductEntity,
  asOf: Temporal.Instant,
): AccountSnapshot {
  const required = requirements ?? [];
  const isReady = status === 'activated';
  return {
    kind: 'account',
    reference: accountId,
    detailsReference: id,
    detailsSubmitted: isReady || !required.some(({ reason_code: why }) => why === 'field_missing'),
    isReady,
    disabledReason: isReady ? null : (status ?? 'requested'),
    requirements: isReady ? [] : [...new Set(required.map(({ field_reference: field }) => field))],
    asOf,
  };
}

/** What a webhook tells of the product of an account. */
export function productNews(
  { entity, data }: z.output<typeof ProductNews>,
  asOf: Temporal.Instant,
): AccountSnapshot {
  return productSnapshot(
    entity.merchant_id,
    { id: entity.id, activation_status: entity.activation_status, requirements: requirementsIn(data) },
    asOf,
  );
}

/** An account of which nobody has told anything but that it is there. */
export function emptyAccount(accountId: string, asOf: Temporal.Instant): AccountSnapshot {
  return {
    kind: 'account',
    reference: accountId,
    detailsReference: null,
    detailsSubmitted: false,
    isReady: false,
    disabledReason: 'details_missing',
    requirements: [],
    asOf,
  };
}

/** @param id with or without `acc_` before it: Razorpay writes it both ways */
export function suspendedAccount(id: string, asOf: Temporal.Instant): AccountSnapshot {
  return {
    ...emptyAccount(accountId(id), asOf),
    detailsSubmitted: true,
    disabledReason: 'suspended',
  };
}

export function accountId(id: string): string {
  return id.startsWith('acc_') ? id : `acc_${id}`;
}

function requirementsIn(data: unknown): Requirement[] {
  const told = ProductNews.shape.data.safeParse(data);
  const { requirements = [] } = (told.data ?? {}) as { requirements?: Requirement[] };
  return Array.isArray(requirements) ? requirements : [];
}

function ownId(id: unknown): string | null {
  return typeof id === 'string' && isId(id) ? id : null;
}
