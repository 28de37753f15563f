import type Stripe from 'stripe';
import { z } from 'zod';
import type { Cause } from './events.ts';
import { type Form, flag, readForm, text } from './form.ts';
import { cancelForm, confirmForm, createIntentForm } from './intents.forms.ts';
import type { Intents } from './intents.ts';
import { listForm, listPage } from './lists.ts';
import { type Refunds, refundForm } from './refunds.ts';
import type { Store } from './store.ts';

export type ApiKey = 'secret' | 'publishable';

/** One API request, authenticated and parsed. */
interface Call {
  /** The id in the path, empty where there is none. */
  id: string;
  form: Form;
  key: ApiKey;
  cause: Cause;
}

export interface Operation {
  method: 'GET' | 'POST' | 'DELETE';
  url: string;
  /** Also open to a browser that holds the publishable key and the intent's client secret. */
  publishable?: true;
  run(call: Call): object;
}

const nothing = z.strictObject({});
const secretForm = z.strictObject({ client_secret: text.optional() });

/** The part of Stripe's API in use, https://docs.stripe.com/api */
export function operations(store: Store, intents: Intents, refunds: Refunds): Operation[] {
  const { tables } = store;
  const intent = (call: Call, found: Stripe.PaymentIntent) =>
    call.key === 'secret' ? found : publicView(found);
  const get = (url: string, run: Operation['run']): Operation => ({ method: 'GET', url, run });
  const post = (url: string, run: Operation['run']): Operation => ({ method: 'POST', url, run });
  const retrieve = (url: string, kind: 'charge' | 'refund' | 'balance_transaction' | 'dispute') =>
    get(`${url}/:id`, ({ id, form }) => {
      readForm(nothing, form);
      return store.get(kind, id);
    });
  return [
    post('/payment_intents', ({ form, cause }) => intents.create(readForm(createIntentForm, form), cause)),
    {
      ...get('/payment_intents/:id', (call) => {
        const found = store.get('payment_intent', call.id, 'intent');
        intents.checkSecret(found, readForm(secretForm, call.form).client_secret);
        return intent(call, found);
      }),
      publishable: true,
    },
    {
      ...post('/payment_intents/:id/confirm', (call) =>
        intent(call, intents.confirm(call.id, readForm(confirmForm, call.form), call.cause)),
      ),
      publishable: true,
    },
    post('/payment_intents/:id/cancel', ({ id, form, cause }) =>
      intents.cancel(id, readForm(cancelForm, form).cancellation_reason, cause),
    ),
    get('/payment_intents', ({ form }) =>
      listPage(tables.payment_intent.values(), readForm(listForm, form), {
        kind: 'payment_intent',
        url: '/v1/payment_intents',
      }),
    ),
    retrieve('/charges', 'charge'),
    get('/charges', ({ form }) => {
      const { payment_intent: of, ...input } = readForm(
        listForm.extend({ payment_intent: text.optional() }),
        form,
      );
      return listPage(tables.charge.values(), input, {
        kind: 'charge',
        url: '/v1/charges',
        filter: (charge) => of === undefined || charge.payment_intent === of,
      });
    }),
    post('/refunds', ({ form, cause }) => refunds.create(readForm(refundForm, form), cause)),
    retrieve('/refunds', 'refund'),
    get('/refunds', ({ form }) => {
      const filters = { charge: text.optional(), payment_intent: text.optional() };
      const { charge, payment_intent: of, ...input } = readForm(listForm.extend(filters), form);
      return listPage(tables.refund.values(), input, {
        kind: 'refund',
        url: '/v1/refunds',
        filter: (refund) =>
          (charge === undefined || refund.charge === charge) &&
          (of === undefined || refund.payment_intent === of),
      });
    }),
    retrieve('/balance_transactions', 'balance_transaction'),
    get('/balance_transactions', ({ form }) => {
      const filters = { source: text.optional(), type: text.optional() };
      const { source, type, ...input } = readForm(listForm.extend(filters), form);
      return listPage(tables.balance_transaction.values(), input, {
        kind: 'balance_transaction',
        url: '/v1/balance_transactions',
        filter: (entry) =>
          (source === undefined || entry.source === source) && (type === undefined || entry.type === type),
      });
    }),
    retrieve('/disputes', 'dispute'),
    get('/disputes', ({ form }) => {
      const filters = { charge: text.optional(), payment_intent: text.optional() };
      const { charge, payment_intent: of, ...input } = readForm(listForm.extend(filters), form);
      return listPage(tables.dispute.values(), input, {
        kind: 'dispute',
        url: '/v1/disputes',
        filter: (dispute) =>
          (charge === undefined || dispute.charge === charge) &&
          (of === undefined || dispute.payment_intent === of),
      });
    }),
    get('/events/:id', ({ id, form }) => {
      readForm(nothing, form);
      return store.event(id).event;
    }),
    get('/events', ({ form }) => {
      const filters = {
        delivery_success: flag.optional(),
        type: text.optional(),
        types: z.array(text).optional(),
      };
      const { delivery_success: success, type, types, ...input } = readForm(listForm.extend(filters), form);
      const events = [...tables.event.values()].map((recorded) => recorded.event);
      return listPage(events, input, {
        kind: 'event',
        url: '/v1/events',
        filter: (event) =>
          (success === undefined || success === (event.pending_webhooks === 0)) &&
          (type === undefined || matches(event.type, type)) &&
          (types === undefined || types.includes(event.type)),
      });
    }),
  ];
}

/** A type may end in a wildcard: `charge.*`. */
function matches(type: string, wanted: string): boolean {
  return wanted.endsWith('*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted;
}

/** What a browser does not see of an intent. */
const HIDDEN = new Set([
  'amount_received',
  'latest_charge',
  'metadata',
  'statement_descriptor_suffix',
  'transfer_group',
]);

function publicView(intent: Stripe.PaymentIntent): object {
  return Object.fromEntries(Object.entries(intent).filter(([name]) => !HIDDEN.has(name)));
}
