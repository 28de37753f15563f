import { type DynamicModule, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Clock, SystemClock } from '#kernel';
import { Config } from './config/config.ts';
import { FieldCipher } from './crypto/field-cipher.ts';
import { Database } from './database/database.ts';
import { Translator } from './i18n/translator.ts';
import { JobRunner } from './jobs/job-runner.ts';
import { Jobs } from './jobs/jobs.ts';
import { RateLimiter } from './limits/rate-limiter.ts';
import { Log } from './logging/log.ts';
import { Mailer } from './mail/mailer.ts';
import { Metrics } from './metrics/metrics.ts';
import { openRealtimeBus } from './realtime/open-realtime-bus.ts';
import { RealtimeBus } from './realtime/realtime-bus.ts';
import { SmsSender } from './sms/sms-sender.ts';
import { ObjectStorage } from './storage/object-storage.ts';

const SHARED = [
  Clock,
  Log,
  Database,
  Jobs,
  ObjectStorage,
  Mailer,
  SmsSender,
  Translator,
  FieldCipher,
  RateLimiter,
  Metrics,
  RealtimeBus,
];

/** The ground that every library stands on; global, because every library does. */
@Module({})
export class PlatformModule {
  static with(config: Config): DynamicModule {
    return {
      module: PlatformModule,
      global: true,
      imports: [DiscoveryModule],
      providers: [
        { provide: Config, useValue: config },
        { provide: Clock, useClass: SystemClock },
        Log,
        Database,
        Jobs,
        JobRunner,
        ObjectStorage,
        Mailer,
        SmsSender,
        Translator,
        FieldCipher,
        RateLimiter,
        Metrics,
        {
          provide: RealtimeBus,
          useFactory: ({ env }: Config, log: Log) =>
            openRealtimeBus(env.REDIS_URL, (error) => log.error({ error }, 'realtime bus error')),
          inject: [Config, Log],
        },
      ],
      exports: [Config, ...SHARED],
    };
  }
}
