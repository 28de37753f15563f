import { AuditModule } from '#audit';
import { AuthModule } from '#auth';
import { DoctorsModule } from '#doctors';
import { PatientsModule } from '#patients';
import { type Config, PlatformModule } from '#platform';
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccessGuard } from './http/access.guard.ts';
import { AuthController } from './marketplace/auth.controller.ts';
import { HealthController } from './operations/health.controller.ts';

/** The one place that lists what the server consists of: the libraries, and the surfaces over them. */
@Module({
  imports: [AuditModule, AuthModule, PatientsModule, DoctorsModule],
  controllers: [HealthController, AuthController],
  providers: [{ provide: APP_GUARD, useClass: AccessGuard }],
})
export class ApiModule {
  static with(config: Config): DynamicModule {
    return { module: ApiModule, imports: [PlatformModule.with(config)] };
  }
}
