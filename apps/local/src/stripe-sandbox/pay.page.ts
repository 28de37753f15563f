import type Stripe from 'stripe';
import { escaped, page } from '../payment-sandbox/page.ts';
import { formatAmount } from './amounts.ts';

/** What a person may do with an intent, by its status; `action` is the value that the form sends. */
export const ACTIONS = {
  pay: 'Pay',
  decline: 'Decline the card',
  process: 'Pay later',
  authenticate: 'Approve with the bank',
  refuse: 'Refuse at the bank',
  arrive: 'The payment arrives',
  fail: 'The payment fails',
} as const;
export type PayAction = keyof typeof ACTIONS;

const TO_PAY: PayAction[] = ['pay', 'decline', 'process'];
const OFFERED: Partial<Record<Stripe.PaymentIntent['status'], PayAction[]>> = {
  requires_payment_method: TO_PAY,
  requires_confirmation: TO_PAY,
  requires_action: ['authenticate', 'refuse'],
  processing: ['arrive', 'fail'],
};

const STATUS: Partial<Record<Stripe.PaymentIntent['status'], string>> = {
  requires_action: 'Your bank wants to know whether it is you.',
  processing: 'The payment is under way. It may take days at a real bank.',
  succeeded: 'Paid. Thank you.',
  canceled: 'This payment was canceled.',
};

export function payPage(intent: Stripe.PaymentIntent, path: string, returnUrl: string | undefined): string {
  const buttons = (OFFERED[intent.status] ?? []).map(
    (action) => `<button name="action" value="${action}">${ACTIONS[action]}</button>`,
  );
  const refusal = intent.last_payment_error?.message;
  const hidden =
    returnUrl === undefined ? '' : `<input type="hidden" name="return_url" value="${escaped(returnUrl)}">`;
  return page(
    `Pay ${formatAmount(intent.amount, intent.currency)}`,
    `<small>Sandbox: no money moves</small>
<h1>${escaped(formatAmount(intent.amount, intent.currency))}</h1>
<p>${escaped(intent.description ?? 'Payment')}</p>
${refusal === undefined ? '' : `<p class="refused" role="alert">${escaped(refusal)}</p>`}
${STATUS[intent.status] === undefined ? '' : `<p role="status">${STATUS[intent.status]}</p>`}
<form method="post" action="${escaped(path)}">${hidden}${buttons.join('\n')}</form>
<p><small>${escaped(intent.id)}<br>${intent.status}</small></p>`,
  );
}

export function messagePage(message: string): string {
  return page('Payment', `<p role="alert">${escaped(message)}</p>`);
}
