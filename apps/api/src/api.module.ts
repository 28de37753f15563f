import { AppointmentsModule } from '#appointments';
import { AuditModule } from '#audit';
import { AuthModule } from '#auth';
import { AvailabilityModule } from '#availability';
import { DoctorsModule } from '#doctors';
import { PatientsModule } from '#patients';
import { type Config, PlatformModule } from '#platform';
import { ReviewsModule } from '#reviews';
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccessGuard } from './http/access.guard.ts';
import { AppointmentsController } from './marketplace/appointments.controller.ts';
import { AuthController } from './marketplace/auth.controller.ts';
import { AvailabilityController } from './marketplace/availability.controller.ts';
import { CognitoController } from './marketplace/cognito.controller.ts';
import { DoctorsController } from './marketplace/doctors.controller.ts';
import { ReviewsController } from './marketplace/reviews.controller.ts';
import { SlotsController } from './marketplace/slots.controller.ts';
import { HealthController } from './operations/health.controller.ts';
import { JwksController } from './operations/jwks.controller.ts';

/** The one place that lists what the server consists of: the libraries, and the surfaces over them. */
@Module({
  imports: [
    AppointmentsModule,
    AuditModule,
    AuthModule,
    AvailabilityModule,
    DoctorsModule,
    PatientsModule,
    ReviewsModule,
  ],
  controllers: [
    AppointmentsController,
    AuthController,
    AvailabilityController,
    CognitoController,
    DoctorsController,
    HealthController,
    JwksController,
    ReviewsController,
    SlotsController,
  ],
  providers: [{ provide: APP_GUARD, useClass: AccessGuard }],
})
export class ApiModule {
  static with(config: Config): DynamicModule {
    return { module: ApiModule, imports: [PlatformModule.with(config)] };
  }
}
