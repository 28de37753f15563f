import { Module } from '@nestjs/common';
import { AppointmentsModule } from '#appointments';
import { AuditModule } from '#audit';
import { AuthModule } from '#auth';
import { DoctorsModule } from '#doctors';
import { FilesModule } from '#files';
import { OrganizationsModule } from '#organizations';
import { CheckoutService } from './checkout/checkout.service.ts';
import { CheckoutReturnService } from './checkout/checkout-return.service.ts';
import { CollectPaymentHandler } from './checkout/collect-payment.handler.ts';
import { OnAppointmentExpired } from './checkout/on-appointment-expired.handler.ts';
import { PaymentReader } from './checkout/payment-reader.ts';
import { PaymentsService } from './checkout/payments.service.ts';
import { ReconcilePaymentHandler } from './checkout/reconcile-payment.handler.ts';
import { ReconcilerService } from './checkout/reconciler.service.ts';
import { SettlementService } from './checkout/settlement.service.ts';
import { CommissionRulesService } from './commission/commission-rules.service.ts';
import { DisputeMovementsService } from './disputes/dispute-movements.service.ts';
import { DisputeSettlementService } from './disputes/dispute-settlement.service.ts';
import { DisputesService } from './disputes/disputes.service.ts';
import { OnDisputeClosed } from './disputes/on-dispute-closed.handler.ts';
import { InvoiceContentsService } from './documents/invoice-contents.service.ts';
import { InvoiceFilesService } from './documents/invoice-files.service.ts';
import { InvoiceRecordsService } from './documents/invoice-records.service.ts';
import { InvoicesService } from './documents/invoices.service.ts';
import { InvoicingService } from './documents/invoicing.service.ts';
import {
  IssueCommissionInvoice,
  IssueCreditNote,
  IssueReceipt,
  UndoCreditNote,
} from './documents/issue-invoices.handlers.ts';
import { PapersService } from './documents/papers.service.ts';
import { PaymentExportsService } from './exports/payment-exports.service.ts';
import { BookProviderFeeHandler, OnPaymentSucceeded } from './ledger/book-provider-fee.handlers.ts';
import { DoctorAccountsService } from './ledger/doctor-accounts.service.ts';
import { EarningsService } from './ledger/earnings.service.ts';
import { LedgerService } from './ledger/ledger.service.ts';
import { LedgerAccountsService } from './ledger/ledger-accounts.service.ts';
import { LedgerChainService } from './ledger/ledger-chain.service.ts';
import { OnAppointmentCompleted } from './ledger/on-appointment-completed.handler.ts';
import { ProviderFeesService } from './ledger/provider-fees.service.ts';
import { SealLedgerHandler } from './ledger/seal-ledger.handler.ts';
import { PaymentsAccountPart } from './payments.account-part.ts';
import { CheckPayoutHandler, CheckPayoutsHandler } from './payouts/check-payout.handlers.ts';
import { ExecutePayoutHandler } from './payouts/execute-payout.handler.ts';
import { PayoutAccountsService } from './payouts/payout-accounts.service.ts';
import { PayoutDecisionsService } from './payouts/payout-decisions.service.ts';
import { PayoutDraftsService } from './payouts/payout-drafts.service.ts';
import { PayoutLinesService } from './payouts/payout-lines.service.ts';
import { PayoutOnboardingService } from './payouts/payout-onboarding.service.ts';
import { PayoutRecordsService } from './payouts/payout-records.service.ts';
import { PayoutReservationsService } from './payouts/payout-reservations.service.ts';
import { PayoutSettlementService } from './payouts/payout-settlement.service.ts';
import { PayoutStatementsService } from './payouts/payout-statements.service.ts';
import { PayoutsService } from './payouts/payouts.service.ts';
import { PaymentProviders } from './providers/payment-providers.ts';
import { RazorpayClient } from './providers/razorpay/razorpay.client.ts';
import { RazorpayProvider } from './providers/razorpay/razorpay.provider.ts';
import { RazorpayPayoutProvider } from './providers/razorpay/razorpay-payout.provider.ts';
import { StripeClient } from './providers/stripe/stripe.client.ts';
import { StripeProvider } from './providers/stripe/stripe.provider.ts';
import { StripePayoutProvider } from './providers/stripe/stripe-payout.provider.ts';
import { StripeSubscriptionProvider } from './providers/stripe/stripe-subscription.provider.ts';
import { ComparisonService } from './reconciliation/comparison.service.ts';
import { ProviderComparisonService } from './reconciliation/provider-comparison.service.ts';
import { ReconcileDailyHandler } from './reconciliation/reconcile-daily.handler.ts';
import { ReconciliationsService } from './reconciliation/reconciliations.service.ts';
import { RunReconciliationHandler } from './reconciliation/run-reconciliation.handler.ts';
import { UnfinishedMoneyService } from './reconciliation/unfinished-money.service.ts';
import { ExecuteRefundHandler } from './refunds/execute-refund.handler.ts';
import { OnAppointmentCancelled } from './refunds/on-appointment-cancelled.handler.ts';
import { OnAppointmentNoShow } from './refunds/on-appointment-no-show.handler.ts';
import { RefundSettlementService } from './refunds/refund-settlement.service.ts';
import { RefundsService } from './refunds/refunds.service.ts';
import { VisitOutcomeService } from './refunds/visit-outcome.service.ts';
import {
  EndSubscriptionHandler,
  FollowSubscriptionCheckoutHandler,
  FollowSubscriptionHandler,
} from './subscriptions/follow-subscription.handlers.ts';
import { LookAfterSubscriptionsHandler } from './subscriptions/look-after-subscriptions.handler.ts';
import { EndSubscriptionsOfErased } from './subscriptions/on-account-erased.handler.ts';
import { PlanCatalogue } from './subscriptions/plans.ts';
import { SubscriptionCheckoutRecords } from './subscriptions/subscription-checkout-records.ts';
import { SubscriptionCheckoutsService } from './subscriptions/subscription-checkouts.service.ts';
import { SubscriptionMoneyService } from './subscriptions/subscription-money.service.ts';
import { SubscriptionSettlementService } from './subscriptions/subscription-settlement.service.ts';
import { SubscriptionsAccountPart } from './subscriptions/subscriptions.account-part.ts';
import { SubscriptionsService } from './subscriptions/subscriptions.service.ts';
import { ForgetPayloadsHandler } from './webhooks/forget-payloads.handler.ts';
import { ProcessWebhookHandler } from './webhooks/process-webhook.handler.ts';
import { ProviderNewsService } from './webhooks/provider-news.service.ts';
import { WebhookInboxService } from './webhooks/webhook-inbox.service.ts';
import { WebhooksService } from './webhooks/webhooks.service.ts';

@Module({
  imports: [AppointmentsModule, AuditModule, AuthModule, DoctorsModule, FilesModule, OrganizationsModule],
  providers: [
    BookProviderFeeHandler,
    CheckPayoutHandler,
    CheckPayoutsHandler,
    CheckoutReturnService,
    CheckoutService,
    ComparisonService,
    DisputeMovementsService,
    DisputeSettlementService,
    DisputesService,
    CollectPaymentHandler,
    CommissionRulesService,
    DoctorAccountsService,
    EarningsService,
    EndSubscriptionHandler,
    EndSubscriptionsOfErased,
    ExecutePayoutHandler,
    ExecuteRefundHandler,
    InvoiceContentsService,
    InvoiceFilesService,
    InvoiceRecordsService,
    InvoicesService,
    InvoicingService,
    IssueCommissionInvoice,
    IssueCreditNote,
    IssueReceipt,
    LedgerAccountsService,
    LedgerChainService,
    FollowSubscriptionCheckoutHandler,
    FollowSubscriptionHandler,
    ForgetPayloadsHandler,
    LookAfterSubscriptionsHandler,
    LedgerService,
    OnAppointmentCancelled,
    OnAppointmentCompleted,
    OnAppointmentExpired,
    OnAppointmentNoShow,
    OnPaymentSucceeded,
    PapersService,
    PaymentExportsService,
    OnDisputeClosed,
    PaymentProviders,
    PaymentReader,
    PaymentsAccountPart,
    PaymentsService,
    PayoutAccountsService,
    PayoutDecisionsService,
    PayoutDraftsService,
    PayoutLinesService,
    PayoutOnboardingService,
    PayoutRecordsService,
    PayoutReservationsService,
    PayoutSettlementService,
    PayoutStatementsService,
    PayoutsService,
    PlanCatalogue,
    ProcessWebhookHandler,
    ProviderFeesService,
    ProviderComparisonService,
    ProviderNewsService,
    ReconcileDailyHandler,
    RazorpayClient,
    RazorpayPayoutProvider,
    RazorpayProvider,
    ReconcilePaymentHandler,
    ReconcilerService,
    ReconciliationsService,
    RefundSettlementService,
    RefundsService,
    SealLedgerHandler,
    RunReconciliationHandler,
    SettlementService,
    StripeClient,
    StripePayoutProvider,
    StripeProvider,
    StripeSubscriptionProvider,
    SubscriptionCheckoutRecords,
    SubscriptionCheckoutsService,
    SubscriptionMoneyService,
    SubscriptionsAccountPart,
    SubscriptionSettlementService,
    SubscriptionsService,
    UndoCreditNote,
    UnfinishedMoneyService,
    VisitOutcomeService,
    WebhookInboxService,
    WebhooksService,
  ],
  exports: [
    CheckoutReturnService,
    CheckoutService,
    CommissionRulesService,
    DisputesService,
    EarningsService,
    InvoicesService,
    LedgerAccountsService,
    LedgerChainService,
    LedgerService,
    PaymentExportsService,
    PaymentProviders,
    PaymentsService,
    PayoutAccountsService,
    PayoutDecisionsService,
    PayoutDraftsService,
    PayoutOnboardingService,
    PayoutStatementsService,
    PayoutsService,
    PlanCatalogue,
    ProviderComparisonService,
    ReconciliationsService,
    RefundsService,
    SubscriptionCheckoutsService,
    SubscriptionsService,
    WebhookInboxService,
    WebhooksService,
  ],
})
export class PaymentsModule {}
