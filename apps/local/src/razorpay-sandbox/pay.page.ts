import { escaped, page } from '../payment-sandbox/page.ts';
import type { CheckoutResult } from './control.ts';
import type { Order, Payment } from './entities.ts';

/** What a person may do with an order; `action` is the value that the form sends. */
export const ACTIONS = {
  pay: 'Pay',
  decline: 'Decline the card',
  process: 'Pay, and the bank is silent',
  arrive: 'The bank says yes',
  fail: 'The bank says no',
} as const;
export type PayAction = keyof typeof ACTIONS;

interface Shown {
  readonly order: Order;
  /** The newest attempt. */
  readonly attempt: Payment | undefined;
  /** Of an attempt that took the money. */
  readonly result: CheckoutResult | undefined;
  readonly callbackUrl: string | undefined;
}

export function payPage({ order, attempt, result, callbackUrl }: Shown): string {
  const amount = formatAmount(order);
  const buttons = offered(order, attempt).map(
    (action) => `<button name="action" value="${action}">${ACTIONS[action]}</button>`,
  );
  const note = noteOn(order, attempt);
  return page(
    `Pay ${amount}`,
    `<small>Sandbox: no money moves</small>
<h1>${escaped(amount)}</h1>
<p>Payment</p>
${attempt?.status === 'failed' ? `<p class="refused" role="alert">${escaped(attempt.error_description ?? '')}</p>` : ''}
${note === undefined ? '' : `<p role="status">${note}</p>`}
<form method="post">${hidden({ callback_url: callbackUrl })}${buttons.join('\n')}</form>
${result && callbackUrl ? `<form method="post" action="${escaped(callbackUrl)}">${hidden({ ...result })}<button>Back</button></form>` : ''}
<p><small>${escaped(order.id)}<br>${order.status}</small></p>`,
  );
}

export function messagePage(message: string): string {
  return page('Payment', `<p role="alert">${escaped(message)}</p>`);
}

/** An attempt that failed can still succeed: the bank was only late. */
function offered(order: Order, attempt: Payment | undefined): PayAction[] {
  if (order.status === 'paid' || attempt?.status === 'authorized') return [];
  if (attempt?.status === 'created') return ['arrive', 'fail'];
  return attempt?.status === 'failed'
    ? ['pay', 'decline', 'process', 'arrive']
    : ['pay', 'decline', 'process'];
}

function noteOn(order: Order, attempt: Payment | undefined): string | undefined {
  if (order.status === 'paid') return 'Paid. Thank you.';
  if (attempt?.status === 'authorized') return 'The bank has agreed; the money waits to be taken.';
  if (attempt?.status === 'created') return 'Waiting for the bank.';
  return undefined;
}

/** For people, as `₹12.50`. */
function formatAmount({ amount, currency }: Order): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

function hidden(fields: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(fields)
    .filter((field): field is [string, string] => field[1] !== undefined)
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${escaped(value)}">`)
    .join('');
}
