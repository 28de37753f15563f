import { type DynamicModule, Module } from '@nestjs/common';
import { Clock } from '#kernel';
import { type Config, Jobs, Mailer, PlatformModule } from '#platform';
import { LIBRARIES } from '../../../api/src/libraries.ts';
import { Consultation } from './consultation.ts';
import { DoctorPractice } from './doctor-practice.ts';
import { PatientCharts } from './patient-charts.ts';
import { People } from './people.ts';
import { Till } from './till.ts';
import { Timeline } from './timeline.ts';
import { TimelineJobs } from './timeline-jobs.ts';
import { VisitNow } from './visit-now.ts';
import { Visits } from './visits.ts';

/** The mails of the past have been read long ago. */
class NoMailer extends Mailer {
  override async send(): Promise<void> {}
}

/** The same libraries as the server's, in a time of their own. */
@Module({
  imports: LIBRARIES,
  providers: [Consultation, DoctorPractice, PatientCharts, People, Till, VisitNow, Visits],
})
export class SeedModule {
  static with(config: Config, timeline: Timeline): DynamicModule {
    const platform = PlatformModule.with(config);
    const inStory = [
      { provide: Timeline, useValue: timeline },
      { provide: Clock, useValue: timeline },
      { provide: Jobs, useClass: TimelineJobs },
      { provide: Mailer, useClass: NoMailer },
    ];
    return {
      module: SeedModule,
      imports: [
        {
          ...platform,
          // Of two providers of the same name the later one counts.
          providers: [...(platform.providers ?? []), ...inStory],
          exports: [...(platform.exports ?? []), Timeline],
        },
      ],
    };
  }
}
