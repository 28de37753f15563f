import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { type Config, PlatformModule } from '#platform';
import { AccessGuard } from './http/access.guard.ts';
import { RateLimits } from './http/rate-limits.ts';
import { LIBRARIES } from './libraries.ts';
import { AccountController } from './marketplace/account.controller.ts';
import { AccountsController } from './marketplace/accounts.controller.ts';
import { AppointmentsController } from './marketplace/appointments.controller.ts';
import { AuditController } from './marketplace/audit.controller.ts';
import { AuthController } from './marketplace/auth.controller.ts';
import { AvailabilityController } from './marketplace/availability.controller.ts';
import { CalendarController } from './marketplace/calendar.controller.ts';
import { CalendarFeedController } from './marketplace/calendar-feed.controller.ts';
import { CognitoController } from './marketplace/cognito.controller.ts';
import { CommissionController } from './marketplace/commission.controller.ts';
import { ContactVerificationController } from './marketplace/contact-verification.controller.ts';
import { DependantsController } from './marketplace/dependants.controller.ts';
import { DoctorsController } from './marketplace/doctors.controller.ts';
import { EarningsController } from './marketplace/earnings.controller.ts';
import { EmrAccessLogController } from './marketplace/emr-access-log.controller.ts';
import { EmrBreakGlassController } from './marketplace/emr-break-glass.controller.ts';
import { EmrDocumentsController } from './marketplace/emr-documents.controller.ts';
import { EmrEncountersController } from './marketplace/emr-encounters.controller.ts';
import { EmrMedicalHistoryController } from './marketplace/emr-medical-history.controller.ts';
import { EmrPrescriptionsController } from './marketplace/emr-prescriptions.controller.ts';
import { EmrSummaryController } from './marketplace/emr-summary.controller.ts';
import { EmrVitalsController } from './marketplace/emr-vitals.controller.ts';
import { FilesController } from './marketplace/files.controller.ts';
import { HandoversController } from './marketplace/handovers.controller.ts';
import { IdentitiesController } from './marketplace/identities.controller.ts';
import { IdentityVerificationController } from './marketplace/identity-verification.controller.ts';
import { InvoicesController } from './marketplace/invoices.controller.ts';
import { KycController } from './marketplace/kyc.controller.ts';
import { LedgerController } from './marketplace/ledger.controller.ts';
import { NotificationPreferencesController } from './marketplace/notification-preferences.controller.ts';
import { NotificationPushController } from './marketplace/notification-push.controller.ts';
import { NotificationStreamController } from './marketplace/notification-stream.controller.ts';
import { NotificationsController } from './marketplace/notifications.controller.ts';
import { NotificationsAdminController } from './marketplace/notifications-admin.controller.ts';
import { PasswordController } from './marketplace/password.controller.ts';
import { PaymentDisputesController } from './marketplace/payment-disputes.controller.ts';
import { PaymentExportsController } from './marketplace/payment-exports.controller.ts';
import { PaymentReconciliationsController } from './marketplace/payment-reconciliations.controller.ts';
import { PaymentWebhookEventsController } from './marketplace/payment-webhook-events.controller.ts';
import { PaymentsController } from './marketplace/payments.controller.ts';
import { PayoutAccountController } from './marketplace/payout-account.controller.ts';
import { PayoutsController } from './marketplace/payouts.controller.ts';
import { RefundsController } from './marketplace/refunds.controller.ts';
import { RemindersController } from './marketplace/reminders.controller.ts';
import { ReviewModerationController } from './marketplace/review-moderation.controller.ts';
import { ReviewsController } from './marketplace/reviews.controller.ts';
import { RtcGuestsController } from './marketplace/rtc-guests.controller.ts';
import { RtcRecordController } from './marketplace/rtc-record.controller.ts';
import { RtcRoomsController } from './marketplace/rtc-rooms.controller.ts';
import { RtcSignalsController } from './marketplace/rtc-signals.controller.ts';
import { RtcWaitingController } from './marketplace/rtc-waiting.controller.ts';
import { SecondFactorController } from './marketplace/second-factor.controller.ts';
import { SessionsController } from './marketplace/sessions.controller.ts';
import { SlotsController } from './marketplace/slots.controller.ts';
import { SubscriptionsController } from './marketplace/subscriptions.controller.ts';
import { WaitlistController } from './marketplace/waitlist.controller.ts';
import { WebhooksController } from './marketplace/webhooks.controller.ts';
import { DevMailController } from './operations/dev-mail.controller.ts';
import { HealthController } from './operations/health.controller.ts';
import { JwksController } from './operations/jwks.controller.ts';
import { PasswordResetController } from './pages/password-reset.controller.ts';
import { VerificationController } from './pages/verification.controller.ts';
import { NotificationStreams } from './realtime/notification-streams.ts';
import { RtcGateway } from './realtime/rtc.gateway.ts';
import { Upgrades } from './realtime/upgrades.ts';

/** The one place that lists what the server consists of: the libraries, and the surfaces over them. */
@Module({
  imports: LIBRARIES,
  controllers: [
    AccountController,
    AccountsController,
    AppointmentsController,
    AuditController,
    AuthController,
    AvailabilityController,
    CalendarController,
    CalendarFeedController,
    CognitoController,
    CommissionController,
    ContactVerificationController,
    DependantsController,
    DoctorsController,
    EarningsController,
    EmrAccessLogController,
    EmrBreakGlassController,
    EmrDocumentsController,
    EmrEncountersController,
    EmrMedicalHistoryController,
    EmrPrescriptionsController,
    EmrSummaryController,
    EmrVitalsController,
    FilesController,
    HealthController,
    HandoversController,
    IdentitiesController,
    IdentityVerificationController,
    JwksController,
    InvoicesController,
    KycController,
    LedgerController,
    NotificationPreferencesController,
    NotificationPushController,
    NotificationStreamController,
    NotificationsAdminController,
    NotificationsController,
    PasswordController,
    PasswordResetController,
    PaymentExportsController,
    PaymentDisputesController,
    PaymentReconciliationsController,
    PaymentWebhookEventsController,
    PaymentsController,
    PayoutAccountController,
    PayoutsController,
    RefundsController,
    RemindersController,
    ReviewModerationController,
    ReviewsController,
    RtcGuestsController,
    RtcRecordController,
    RtcRoomsController,
    RtcSignalsController,
    RtcWaitingController,
    SecondFactorController,
    SessionsController,
    SlotsController,
    SubscriptionsController,
    VerificationController,
    WaitlistController,
    WebhooksController,
  ],
  providers: [
    { provide: APP_GUARD, useClass: AccessGuard },
    NotificationStreams,
    RateLimits,
    RtcGateway,
    Upgrades,
  ],
})
export class ApiModule {
  static with(config: Config): DynamicModule {
    return {
      module: ApiModule,
      imports: [PlatformModule.with(config)],
      controllers: config.env.MAIL_SPOOL_DIR ? [DevMailController] : [],
    };
  }
}
