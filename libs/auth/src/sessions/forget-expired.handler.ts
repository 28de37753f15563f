import type { Actor } from '#kernel';
import { Clock } from '#kernel';
import { Database, type JobHandler, OnSchedule } from '#platform';

const KEPT_DAYS = 7;

/** Codes, links and challenges that nobody can use any more; addresses of nobody stand among them. */
@OnSchedule('17 3 * * *', 'auth.forget-expired')
export class ForgetExpiredHandler implements JobHandler<Record<string, never>> {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async handle(_actor: Actor): Promise<void> {
    const before = this.clock.now().subtract({ hours: 24 * KEPT_DAYS });
    for (const table of ['contactCodes', 'passwordResets', 'loginChallenges'] as const) {
      await this.database.query.deleteFrom(table).where('createdAt', '<', before).execute();
    }
  }
}
