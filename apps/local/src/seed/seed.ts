import { NestFactory } from '@nestjs/core';
import { type Config, Database } from '#platform';
import { DOCTORS, PATIENTS } from './cast.ts';
import { People } from './people.ts';
import { SeedModule } from './seed.module.ts';
import { STORY } from './story.ts';
import { Timeline } from './timeline.ts';
import { VisitNow } from './visit-now.ts';
import { Visits } from './visits.ts';

/** How far back the story begins, in hours. */
const PAST = 60 * 24;

/**
 * Puts the demo data into a migrated database, in one transaction, unless it is there already, and sees to
 * it that a visit can be joined now.
 * @throws Error in production, and where SEED_DEMO or the payments sandbox is not set
 */
export async function seedDemo(config: Config): Promise<void> {
  if (config.production) throw new Error('Demo data is never put into production.');
  if (!config.env.SEED_DEMO) throw new Error('Demo data is only made with SEED_DEMO=1.');
  if (!config.env.STRIPE_API_URL) throw new Error('The visits of the demo are paid at the sandbox.');
  const end = Temporal.Now.instant().round('millisecond');
  const timeline = new Timeline(end.subtract({ hours: PAST }), end);
  const context = await NestFactory.createApplicationContext(SeedModule.with(config, timeline), {
    logger: ['error'],
    abortOnError: false,
  });
  try {
    const database = context.get(Database);
    const people = context.get(People);
    const visits = context.get(Visits);
    await database.transaction(async () => {
      // Two starts at the same time make one set of data.
      await database.lock('demo-data');
      if (!(await people.arrived())) {
        await people.admin();
        for (const doctor of DOCTORS) await people.doctor(doctor);
        for (const patient of PATIENTS) await people.patient(patient);
        await people.setPassword();
        for (const visit of STORY) await visits.plan(visit);
      }
      context.get(VisitNow).plan();
      await timeline.run();
    });
  } finally {
    await context.close();
  }
}
