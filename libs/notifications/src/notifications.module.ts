import { Module } from '@nestjs/common';
import { AppointmentsModule } from '#appointments';
import { AuditModule } from '#audit';
import { AuthModule } from '#auth';
import { DoctorsModule } from '#doctors';
import { PatientsModule } from '#patients';
import { PaymentsModule } from '#payments';
import { RtcModule } from '#rtc';
import { AnnouncementsService } from './bulk/announcements.service.ts';
import { BulkNotificationsService } from './bulk/bulk-notifications.service.ts';
import { SendBulkHandler } from './bulk/send-bulk.handler.ts';
import { CalendarFeeds } from './calendar/calendar-feed.service.ts';
import { CalendarFeedKeys } from './calendar/calendar-feed-keys.service.ts';
import { VisitCalendar } from './calendar/visit-calendar.service.ts';
import { VisitEntries } from './calendar/visit-entries.ts';
import { DeliveryChannels } from './channels/delivery-channels.ts';
import { MailChannel } from './channels/mail.channel.ts';
import { PushChannel } from './channels/push.channel.ts';
import { SmsChannel } from './channels/sms.channel.ts';
import { DeliverHandler } from './deliveries/deliver.handler.ts';
import { DeliveriesService } from './deliveries/deliveries.service.ts';
import { Outbox } from './deliveries/outbox.ts';
import { PushSubscriptionsService } from './deliveries/push-subscriptions.service.ts';
import { NotificationFeed } from './feed/notification-feed.ts';
import { NotificationStatsService } from './feed/notification-stats.service.ts';
import { NotificationsService } from './feed/notifications.service.ts';
import { PreferencesService } from './feed/preferences.service.ts';
import { StreamTicketsService } from './feed/stream-tickets.service.ts';
import { NotificationsAccountPart } from './notifications.account-part.ts';
import { OnAccountExportReady } from './occasions/on-account-export-ready.handler.ts';
import { OnAppointmentCancelled } from './occasions/on-appointment-cancelled.handler.ts';
import { OnAppointmentConfirmed } from './occasions/on-appointment-confirmed.handler.ts';
import { OnAppointmentNoShow } from './occasions/on-appointment-no-show.handler.ts';
import { OnAppointmentOffered } from './occasions/on-appointment-offered.handler.ts';
import { OnAppointmentRescheduled } from './occasions/on-appointment-rescheduled.handler.ts';
import { OnAppointmentStarted } from './occasions/on-appointment-started.handler.ts';
import { OnChartHandedOver } from './occasions/on-chart-handed-over.handler.ts';
import { OnChartOpenedInEmergency } from './occasions/on-chart-opened-in-emergency.handler.ts';
import { OnDependantOfAge } from './occasions/on-dependant-of-age.handler.ts';
import { OnDisputeOpened } from './occasions/on-dispute-opened.handler.ts';
import { OnDoctorApproved } from './occasions/on-doctor-approved.handler.ts';
import { OnDoctorRejected } from './occasions/on-doctor-rejected.handler.ts';
import { OnIdentityRejected } from './occasions/on-identity-rejected.handler.ts';
import { OnIdentityVerified } from './occasions/on-identity-verified.handler.ts';
import { OnLicenceExpired } from './occasions/on-licence-expired.handler.ts';
import { OnLicenceExpiring } from './occasions/on-licence-expiring.handler.ts';
import { OnLicenceRevoked } from './occasions/on-licence-revoked.handler.ts';
import { OnPaymentSucceeded } from './occasions/on-payment-succeeded.handler.ts';
import { OnPrescriptionIssued } from './occasions/on-prescription-issued.handler.ts';
import { OnRefundFailed } from './occasions/on-refund-failed.handler.ts';
import { OnRefundSucceeded } from './occasions/on-refund-succeeded.handler.ts';
import { OnSubscriptionPastDue } from './occasions/on-subscription-past-due.handler.ts';
import { OnSubscriptionTrialEnding } from './occasions/on-subscription-trial-ending.handler.ts';
import { OnVisitDelayed } from './occasions/on-visit-delayed.handler.ts';
import { VisitNotices } from './occasions/visit-notices.service.ts';
import { OnAccountErased } from './on-account-erased.handler.ts';
import { WebPushProvider } from './providers/web-push.provider.ts';
import { RemindersService } from './reminders/reminders.service.ts';
import { SendReminderHandler } from './reminders/send-reminder.handler.ts';

const DOOR = [
  AnnouncementsService,
  BulkNotificationsService,
  CalendarFeedKeys,
  CalendarFeeds,
  DeliveriesService,
  NotificationFeed,
  NotificationStatsService,
  NotificationsService,
  PreferencesService,
  PushSubscriptionsService,
  RemindersService,
  StreamTicketsService,
  VisitCalendar,
];

@Module({
  imports: [
    AppointmentsModule,
    AuditModule,
    AuthModule,
    DoctorsModule,
    PatientsModule,
    PaymentsModule,
    RtcModule,
  ],
  providers: [
    ...DOOR,
    DeliverHandler,
    DeliveryChannels,
    MailChannel,
    NotificationsAccountPart,
    OnAccountErased,
    OnAccountExportReady,
    OnAppointmentCancelled,
    OnAppointmentConfirmed,
    OnAppointmentNoShow,
    OnAppointmentOffered,
    OnAppointmentRescheduled,
    OnAppointmentStarted,
    OnChartHandedOver,
    OnChartOpenedInEmergency,
    OnDependantOfAge,
    OnDisputeOpened,
    OnDoctorApproved,
    OnDoctorRejected,
    OnIdentityRejected,
    OnIdentityVerified,
    OnLicenceExpired,
    OnLicenceExpiring,
    OnLicenceRevoked,
    OnPaymentSucceeded,
    OnPrescriptionIssued,
    OnRefundFailed,
    OnRefundSucceeded,
    OnSubscriptionPastDue,
    OnSubscriptionTrialEnding,
    OnVisitDelayed,
    Outbox,
    PushChannel,
    SendBulkHandler,
    SendReminderHandler,
    SmsChannel,
    VisitEntries,
    VisitNotices,
    WebPushProvider,
  ],
  exports: DOOR,
})
export class NotificationsModule {}
