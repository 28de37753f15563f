export * from './checkout/checkout.service.ts';
export * from './checkout/checkout-return.service.ts';
export type { Payment, PaymentStatus } from './checkout/payment.entity.ts';
export { maySeeCommission } from './checkout/payments.policy.ts';
export * from './checkout/payments.service.ts';
export type { CommissionRule } from './commission/commission-rule.entity.ts';
export * from './commission/commission-rules.service.ts';
export type { Dispute, DisputeStatus } from './disputes/dispute.entity.ts';
export * from './disputes/disputes.service.ts';
export type { Invoice, InvoiceKind } from './documents/invoice.entity.ts';
export * from './documents/invoices.service.ts';
export * from './events.ts';
export * from './exports/payment-exports.service.ts';
export * from './ledger/earnings.service.ts';
export * from './ledger/ledger.service.ts';
export * from './ledger/ledger-accounts.service.ts';
export * from './ledger/ledger-chain.service.ts';
export * from './payments.module.ts';
export type { Payout, PayoutKind, PayoutPeriod, PayoutStatus } from './payouts/payout.entity.ts';
export * from './payouts/payout-account.entity.ts';
export * from './payouts/payout-accounts.service.ts';
export * from './payouts/payout-decisions.service.ts';
export * from './payouts/payout-drafts.service.ts';
export type { LineFact, PayoutLine, PayoutSums } from './payouts/payout-line.entity.ts';
export * from './payouts/payout-onboarding.service.ts';
export type { PeriodRequest } from './payouts/payout-period.ts';
export * from './payouts/payout-statements.service.ts';
export * from './payouts/payouts.service.ts';
export { PaymentProviders } from './providers/payment-providers.ts';
export * from './reconciliation/provider-comparison.service.ts';
export type { Finding, Reconciliation } from './reconciliation/reconciliation.entity.ts';
export * from './reconciliation/reconciliations.service.ts';
export type { Refund, RefundCause, RefundStatus } from './refunds/refund.entity.ts';
export * from './refunds/refunds.service.ts';
export { PlanCatalogue, type PlanOffer } from './subscriptions/plans.ts';
export type {
  Subscription,
  SubscriptionPlan,
  SubscriptionStatus,
} from './subscriptions/subscription.entity.ts';
export * from './subscriptions/subscription-checkouts.service.ts';
export * from './subscriptions/subscriptions.service.ts';
export * from './webhooks/webhook-event.entity.ts';
export * from './webhooks/webhook-inbox.service.ts';
export * from './webhooks/webhooks.service.ts';
