import { Module } from '@nestjs/common';
import { AppointmentsModule } from '#appointments';
import { AuditModule } from '#audit';
import { AuthModule } from '#auth';
import { DoctorsModule } from '#doctors';
import { PatientsModule } from '#patients';
import { PaymentsModule } from '#payments';
import { RtcModule } from '#rtc';
import { AnnouncementsService } from './announcements.service.ts';
import { BulkNotificationsService } from './bulk-notifications.service.ts';
import { DeliveryChannels } from './channels/delivery-channels.ts';
import { MailChannel } from './channels/mail.channel.ts';
import { PushChannel } from './channels/push.channel.ts';
import { SmsChannel } from './channels/sms.channel.ts';
import { DeliverHandler } from './deliver.handler.ts';
import { DeliveriesService } from './deliveries.service.ts';
import { NotificationFeed } from './notification-feed.ts';
import { NotificationStatsService } from './notification-stats.service.ts';
import { NotificationsAccountPart } from './notifications.account-part.ts';
import { NotificationsService } from './notifications.service.ts';
import { OnAccountErased } from './on-account-erased.handler.ts';
import { OnAppointmentCancelled } from './on-appointment-cancelled.handler.ts';
import { OnAppointmentConfirmed } from './on-appointment-confirmed.handler.ts';
import { OnAppointmentNoShow } from './on-appointment-no-show.handler.ts';
import { OnAppointmentOffered } from './on-appointment-offered.handler.ts';
import { OnAppointmentRescheduled } from './on-appointment-rescheduled.handler.ts';
import { OnAppointmentStarted } from './on-appointment-started.handler.ts';
import { OnChartOpenedInEmergency } from './on-chart-opened-in-emergency.handler.ts';
import { OnDoctorApproved } from './on-doctor-approved.handler.ts';
import { OnDoctorRejected } from './on-doctor-rejected.handler.ts';
import { OnLicenceExpired } from './on-licence-expired.handler.ts';
import { OnLicenceExpiring } from './on-licence-expiring.handler.ts';
import { OnLicenceRevoked } from './on-licence-revoked.handler.ts';
import { OnPaymentSucceeded } from './on-payment-succeeded.handler.ts';
import { OnPrescriptionIssued } from './on-prescription-issued.handler.ts';
import { OnRefundSucceeded } from './on-refund-succeeded.handler.ts';
import { Outbox } from './outbox.ts';
import { PreferencesService } from './preferences.service.ts';
import { WebPushProvider } from './providers/web-push.provider.ts';
import { PushSubscriptionsService } from './push-subscriptions.service.ts';
import { RemindersService } from './reminders.service.ts';
import { SendBulkHandler } from './send-bulk.handler.ts';
import { SendReminderHandler } from './send-reminder.handler.ts';
import { StreamTicketsService } from './stream-tickets.service.ts';
import { VisitCalendar } from './visit-calendar.service.ts';
import { VisitNotices } from './visit-notices.service.ts';

const DOOR = [
  AnnouncementsService,
  BulkNotificationsService,
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
    OnAppointmentCancelled,
    OnAppointmentConfirmed,
    OnAppointmentNoShow,
    OnAppointmentOffered,
    OnAppointmentRescheduled,
    OnAppointmentStarted,
    OnChartOpenedInEmergency,
    OnDoctorApproved,
    OnDoctorRejected,
    OnLicenceExpired,
    OnLicenceExpiring,
    OnLicenceRevoked,
    OnPaymentSucceeded,
    OnPrescriptionIssued,
    OnRefundSucceeded,
    Outbox,
    PushChannel,
    SendBulkHandler,
    SendReminderHandler,
    SmsChannel,
    VisitNotices,
    WebPushProvider,
  ],
  exports: DOOR,
})
export class NotificationsModule {}
