import { Module } from '@nestjs/common';
import { AppointmentsModule } from '#appointments';
import { AuthModule } from '#auth';
import { DoctorsModule } from '#doctors';
import { PaymentsModule } from '#payments';
import { RtcModule } from '#rtc';
import { DeliverMailHandler } from './deliver-mail.handler.ts';
import { NotificationsAccountPart } from './notifications.account-part.ts';
import { NotificationsService } from './notifications.service.ts';
import { OnAccountErased } from './on-account-erased.handler.ts';
import { OnAppointmentCancelled } from './on-appointment-cancelled.handler.ts';
import { OnAppointmentConfirmed } from './on-appointment-confirmed.handler.ts';
import { OnAppointmentRescheduled } from './on-appointment-rescheduled.handler.ts';
import { OnAppointmentStarted } from './on-appointment-started.handler.ts';
import { OnDoctorApproved } from './on-doctor-approved.handler.ts';
import { OnDoctorRejected } from './on-doctor-rejected.handler.ts';
import { OnPaymentSucceeded } from './on-payment-succeeded.handler.ts';
import { OnPrescriptionIssued } from './on-prescription-issued.handler.ts';
import { OnRefundSucceeded } from './on-refund-succeeded.handler.ts';
import { RemindersService } from './reminders.service.ts';
import { SendReminderHandler } from './send-reminder.handler.ts';
import { VisitNotices } from './visit-notices.service.ts';

@Module({
  imports: [AppointmentsModule, AuthModule, DoctorsModule, PaymentsModule, RtcModule],
  providers: [
    DeliverMailHandler,
    NotificationsAccountPart,
    NotificationsService,
    OnAccountErased,
    OnAppointmentCancelled,
    OnAppointmentConfirmed,
    OnAppointmentRescheduled,
    OnAppointmentStarted,
    OnDoctorApproved,
    OnDoctorRejected,
    OnPaymentSucceeded,
    OnPrescriptionIssued,
    OnRefundSucceeded,
    RemindersService,
    SendReminderHandler,
    VisitNotices,
  ],
  exports: [NotificationsService, RemindersService],
})
export class NotificationsModule {}
