import { Module } from '@nestjs/common';
import { AppointmentsModule } from '#appointments';
import { AuditModule } from '#audit';
import { DoctorsModule } from '#doctors';
import { FilesModule } from '#files';
import { OrganizationsModule } from '#organizations';
import { CheckoutService } from './checkout.service.ts';
import { DoctorAccountsService } from './doctor-accounts.service.ts';
import { EarningsService } from './earnings.service.ts';
import { ExecutePayoutHandler } from './execute-payout.handler.ts';
import { ExecuteRefundHandler } from './execute-refund.handler.ts';
import { LedgerService } from './ledger.service.ts';
import { OnAppointmentCancelled } from './on-appointment-cancelled.handler.ts';
import { OnAppointmentCompleted } from './on-appointment-completed.handler.ts';
import { OnAppointmentExpired } from './on-appointment-expired.handler.ts';
import { OnAppointmentNoShow } from './on-appointment-no-show.handler.ts';
import { PaymentReader } from './payment-reader.ts';
import { PaymentsAccountPart } from './payments.account-part.ts';
import { PaymentsService } from './payments.service.ts';
import { PayoutAccountsService } from './payout-accounts.service.ts';
import { PayoutDecisionsService } from './payout-decisions.service.ts';
import { PayoutDraftsService } from './payout-drafts.service.ts';
import { PayoutLinesService } from './payout-lines.service.ts';
import { PayoutRecordsService } from './payout-records.service.ts';
import { PayoutReservationsService } from './payout-reservations.service.ts';
import { PayoutSettlementService } from './payout-settlement.service.ts';
import { PayoutStatementsService } from './payout-statements.service.ts';
import { PayoutsService } from './payouts.service.ts';
import { ProcessWebhookHandler } from './process-webhook.handler.ts';
import { ProviderNewsService } from './provider-news.service.ts';
import { PaymentProviders } from './providers/payment-providers.ts';
import { StripeClient } from './providers/stripe.client.ts';
import { StripeProvider } from './providers/stripe.provider.ts';
import { StripePayoutProvider } from './providers/stripe-payout.provider.ts';
import { ReconcilePaymentHandler } from './reconcile-payment.handler.ts';
import { ReconcilerService } from './reconciler.service.ts';
import { RefundSettlementService } from './refund-settlement.service.ts';
import { RefundsService } from './refunds.service.ts';
import { SettlementService } from './settlement.service.ts';
import { WebhooksService } from './webhooks.service.ts';

@Module({
  imports: [AppointmentsModule, AuditModule, DoctorsModule, FilesModule, OrganizationsModule],
  providers: [
    CheckoutService,
    DoctorAccountsService,
    EarningsService,
    ExecutePayoutHandler,
    ExecuteRefundHandler,
    LedgerService,
    OnAppointmentCancelled,
    OnAppointmentCompleted,
    OnAppointmentExpired,
    OnAppointmentNoShow,
    PaymentProviders,
    PaymentReader,
    PaymentsAccountPart,
    PaymentsService,
    PayoutAccountsService,
    PayoutDecisionsService,
    PayoutDraftsService,
    PayoutLinesService,
    PayoutRecordsService,
    PayoutReservationsService,
    PayoutSettlementService,
    PayoutStatementsService,
    PayoutsService,
    ProcessWebhookHandler,
    ProviderNewsService,
    ReconcilePaymentHandler,
    ReconcilerService,
    RefundSettlementService,
    RefundsService,
    SettlementService,
    StripeClient,
    StripePayoutProvider,
    StripeProvider,
    WebhooksService,
  ],
  exports: [
    CheckoutService,
    EarningsService,
    LedgerService,
    PaymentsService,
    PayoutAccountsService,
    PayoutDecisionsService,
    PayoutDraftsService,
    PayoutStatementsService,
    PayoutsService,
    RefundsService,
    WebhooksService,
  ],
})
export class PaymentsModule {}
