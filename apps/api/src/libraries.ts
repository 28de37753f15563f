import { AppointmentsModule } from '#appointments';
import { AuditModule } from '#audit';
import { AccountModule, AuthModule } from '#auth';
import { AvailabilityModule } from '#availability';
import { DoctorsModule } from '#doctors';
import { EmrModule } from '#emr';
import { FilesModule } from '#files';
import { NotificationsModule } from '#notifications';
import { OrganizationsModule } from '#organizations';
import { PatientsModule } from '#patients';
import { PaymentsModule } from '#payments';
import { ReviewsModule } from '#reviews';
import { RtcModule } from '#rtc';

/** Every library of the domain, in the order of their dependencies. The api and the worker run the same. */
export const LIBRARIES = [
  AuditModule,
  FilesModule,
  AuthModule,
  AccountModule,
  OrganizationsModule,
  PatientsModule,
  DoctorsModule,
  AvailabilityModule,
  AppointmentsModule,
  ReviewsModule,
  EmrModule,
  RtcModule,
  PaymentsModule,
  NotificationsModule,
];
