import { Module } from '@nestjs/common';
import { AppointmentsModule } from '#appointments';
import { AuditModule } from '#audit';
import { DoctorsModule } from '#doctors';
import { CheckoutService } from './checkout.service.ts';
import { EarningsService } from './earnings.service.ts';
import { ExecuteRefundHandler } from './execute-refund.handler.ts';
import { LedgerService } from './ledger.service.ts';
import { OnAppointmentCancelled } from './on-appointment-cancelled.handler.ts';
import { OnAppointmentCompleted } from './on-appointment-completed.handler.ts';
import { OnAppointmentExpired } from './on-appointment-expired.handler.ts';
import { PaymentReader } from './payment-reader.ts';
import { PaymentsAccountPart } from './payments.account-part.ts';
import { PaymentsService } from './payments.service.ts';
import { ProcessWebhookHandler } from './process-webhook.handler.ts';
import { PaymentProviders } from './providers/payment-providers.ts';
import { StripeProvider } from './providers/stripe.provider.ts';
import { ReconcilePaymentHandler } from './reconcile-payment.handler.ts';
import { ReconcilerService } from './reconciler.service.ts';
import { RefundSettlementService } from './refund-settlement.service.ts';
import { RefundsService } from './refunds.service.ts';
import { SettlementService } from './settlement.service.ts';
import { WebhooksService } from './webhooks.service.ts';

@Module({
  imports: [AppointmentsModule, AuditModule, DoctorsModule],
  providers: [
    CheckoutService,
    EarningsService,
    ExecuteRefundHandler,
    LedgerService,
    OnAppointmentCancelled,
    OnAppointmentCompleted,
    OnAppointmentExpired,
    PaymentProviders,
    PaymentReader,
    PaymentsAccountPart,
    PaymentsService,
    ProcessWebhookHandler,
    ReconcilePaymentHandler,
    ReconcilerService,
    RefundSettlementService,
    RefundsService,
    SettlementService,
    StripeProvider,
    WebhooksService,
  ],
  exports: [
    CheckoutService,
    EarningsService,
    LedgerService,
    PaymentsService,
    RefundsService,
    WebhooksService,
  ],
})
export class PaymentsModule {}
