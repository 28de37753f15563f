import type Stripe from 'stripe';
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

/** The page's own style; nothing is loaded from anywhere. */
const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: Canvas; color: CanvasText; }
main { width: min(24rem, calc(100vw - 3rem)); }
h1 { font-size: 2.5rem; margin: 0; letter-spacing: -0.02em; }
p { margin: 0.25rem 0 1.25rem; }
small { opacity: 0.7; }
form { display: grid; gap: 0.6rem; margin-bottom: 1.25rem; }
button { font: inherit; padding: 0.7rem 1rem; border-radius: 0.5rem; border: 1px solid GrayText;
  background: none; color: inherit; cursor: pointer; }
button:first-of-type { background: #0a6b5e; border-color: #0a6b5e; color: #fff; }
.refused { color: #c0392b; }
`;

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

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
<main>
${body}
</main>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
