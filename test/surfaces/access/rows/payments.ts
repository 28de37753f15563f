import type { Row, Rows } from '../row.ts';
import { RULE, type World } from '../world.ts';

const transaction = ({ records }: World) => ({ id: records.transaction });
const refund = ({ records }: World) => ({ id: records.refund });
const payout = ({ records }: World) => ({ id: records.payout });
const invoice = ({ records }: World) => ({ id: records.invoice });
const ledgerAccount = ({ records }: World) => ({ id: records.ledgerAccount });
const dispute = ({ records }: World) => ({ id: records.dispute });
const webhook = ({ records }: World) => ({ id: records.webhook });
const reconciliation = ({ records }: World) => ({ id: records.reconciliation });
const held = (world: World) => world.held();

const PART = { reason: 'Out of courtesy', amount: { amount: 100, currency: 'EUR' } };

const pay: Row = {
  codes: '401 404 404 201 403 403',
  at: held,
  body: (_world, _caller, { id }) => ({ appointment_id: id }),
};
const changeRefund: Row = {
  codes: '401 403 403 403 403 200',
  at: refund,
  body: () => ({ reason: 'The doctor was late' }),
};
const changePayout: Row = { codes: '401 403 403 403 403 200', at: payout, body: () => ({ note: 'Checked' }) };

export const PAYMENTS: Rows = {
  'POST /api/payments/intent/': pay,
  'POST /api/payments/transactions/': pay,
  'GET /api/payments/transactions/': {
    codes: '401 200 200 200+ 200+ 200+',
    shows: ({ records }) => records.transaction,
  },
  'GET /api/payments/transactions/{id}/': { codes: '401 404 404 200 200 200', at: transaction },
  'POST /api/payments/transactions/{id}/confirm/': {
    codes: '401 404 404 200 403 403',
    at: transaction,
    body: () => ({}),
  },
  'POST /api/payments/transactions/{id}/refund/': {
    codes: '401 403 403 403 403 201',
    at: transaction,
    body: () => PART,
  },
  'GET /api/payments/refunds/': { codes: '401 403 403 403 403 200+', shows: ({ records }) => records.refund },
  'POST /api/payments/refunds/': {
    codes: '401 403 403 403 403 201',
    body: ({ records }) => ({ ...PART, transaction_id: records.transaction }),
  },
  'GET /api/payments/refunds/{id}/': { codes: '401 403 403 403 403 200', at: refund },
  'PUT /api/payments/refunds/{id}/': changeRefund,
  'PATCH /api/payments/refunds/{id}/': changeRefund,
  'POST /api/payments/refunds/{id}/retry/': { codes: '401 403 403 403 403 409', at: refund },
  'GET /api/payments/disputes/': {
    codes: '401 403 403 403 403 200+',
    shows: ({ records }) => records.dispute,
  },
  'GET /api/payments/disputes/{id}/': { codes: '401 403 403 403 403 200', at: dispute },
  'GET /api/payments/webhook-events/': {
    codes: '401 403 403 403 403 200+',
    query: () => '?ordering=created_at',
    shows: ({ records }) => records.webhook,
  },
  'GET /api/payments/webhook-events/{id}/': { codes: '401 403 403 403 403 200', at: webhook },
  'POST /api/payments/webhook-events/{id}/replay/': { codes: '401 403 403 403 403 200', at: webhook },
  'GET /api/payments/reconciliations/': {
    codes: '401 403 403 403 403 200+',
    shows: ({ records }) => records.reconciliation,
  },
  'POST /api/payments/reconciliations/': { codes: '401 403 403 403 403 201', body: () => ({ days: 1 }) },
  'GET /api/payments/reconciliations/{id}/': { codes: '401 403 403 403 403 200', at: reconciliation },
  'GET /api/payments/reconciliations/{id}/findings/': {
    codes: '401 403 403 403 403 200',
    at: reconciliation,
  },
  'GET /api/payments/earnings/': {
    codes: '401 403 404 403 200 200',
    query: ({ people }) => `?doctor_id=${people.doctor.doctorId}`,
  },
  'GET /api/payments/earnings/payouts/': {
    codes: '401 403 200 403 200+ 403',
    shows: ({ records }) => records.payout,
  },
  'GET /api/payments/earnings/payouts/{id}/': { codes: '401 403 404 403 200 403', at: payout },
  'GET /api/payments/earnings/payouts/{id}/statement/': { codes: '401 403 404 403 200 403', at: payout },
  'GET /api/payments/payout-account/': {
    codes: '401 403 404 403 200 200',
    query: ({ people }) => `?doctor_id=${people.doctor.doctorId}`,
  },
  'POST /api/payments/payout-account/': { codes: '401 403 201 403 201 403', body: () => ({}) },
  'GET /api/payments/payouts/': { codes: '401 403 403 403 403 200+', shows: ({ records }) => records.payout },
  'POST /api/payments/payouts/generate/': {
    codes: '401 403 403 403 403 200',
    body: ({ people }) => ({
      doctor_id: people.doctor.doctorId,
      month: new Date().toISOString().slice(0, 7),
      preview: true,
    }),
  },
  'POST /api/payments/payouts/': {
    codes: '401 403 403 403 403 201',
    body: ({ people }) => ({ doctor_id: people.doctor.doctorId }),
  },
  'GET /api/payments/payouts/{id}/': { codes: '401 403 403 403 403 200', at: payout },
  'PUT /api/payments/payouts/{id}/': changePayout,
  'PATCH /api/payments/payouts/{id}/': changePayout,
  'GET /api/payments/payouts/{id}/statement/': { codes: '401 403 403 403 403 200', at: payout },
  'GET /api/payments/transactions/{id}/receipt/': { codes: '401 404 404 200 200 200', at: transaction },
  'GET /api/payments/invoices/': {
    codes: '401 200 200 200+ 200+ 200+',
    shows: ({ records }) => records.invoice,
  },
  'GET /api/payments/invoices/{id}/': { codes: '401 404 404 200 200 200', at: invoice },
  'GET /api/payments/invoices/{id}/download/': { codes: '401 404 404 200 200 200', at: invoice },
  'GET /api/payments/ledger/balances/': { codes: '401 403 403 403 403 200' },
  'GET /api/payments/ledger/accounts/': {
    codes: '401 403 403 403 403 200+',
    shows: ({ records }) => records.ledgerAccount,
  },
  'GET /api/payments/ledger/accounts/{id}/': { codes: '401 403 403 403 403 200', at: ledgerAccount },
  'GET /api/payments/ledger/accounts/{id}/postings/': { codes: '401 403 403 403 403 200', at: ledgerAccount },
  'GET /api/payments/commission-rules/': {
    codes: '401 403 403 403 403 200+',
    shows: ({ records }) => records.commissionRule,
  },
  'POST /api/payments/commission-rules/': { codes: '401 403 403 403 403 201', body: () => RULE },
  'GET /api/payments/commission-rules/{id}/': {
    codes: '401 403 403 403 403 200',
    at: ({ records }) => ({ id: records.commissionRule }),
  },
  'POST /api/payments/commission-rules/{id}/end/': {
    codes: '401 403 403 403 403 200',
    at: (world) => world.commissionRule(),
  },
  'GET /api/payments/exports/transactions/': { codes: '401 403 403 403 403 200' },
  'GET /api/payments/exports/refunds/': { codes: '401 403 403 403 403 200' },
  'GET /api/payments/exports/payouts/': { codes: '401 403 403 403 403 200' },
  'GET /api/payments/exports/ledger-postings/': { codes: '401 403 403 403 403 200' },
  'GET /api/payments/exports/earnings/': {
    codes: '401 403 404 403 200 200',
    query: ({ people }) => `?doctor_id=${people.doctor.doctorId}`,
  },
  'GET /api/payments/plans/': { codes: '200 200 200 200 200 200' },
  'GET /api/payments/subscription/': { codes: '401 403 404 403 200 403' },
  'GET /api/payments/subscriptions/': {
    codes: '401 403 403 403 403 200+',
    shows: ({ records }) => records.subscription,
  },
  'POST /api/payments/subscription/': { codes: '401 403 201 403 409 403' },
  'POST /api/payments/subscription/portal/': { codes: '401 403 409 403 409 403', body: () => ({}) },
  'POST /api/payments/subscription/checkout/': { codes: '401 403 201 403 201 403', body: () => ({}) },
  'POST /api/payments/webhooks/': {
    codes: '400 400 400 400 400 400',
    body: () => ({ id: 'evt_1', type: 'payment_intent.succeeded' }),
  },
  'POST /api/payments/webhooks/{provider}/': {
    codes: '400 400 400 400 400 400',
    at: () => ({ provider: 'razorpay' }),
    body: () => ({ event: 'payment.captured' }),
  },
};
