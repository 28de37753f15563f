import { FilesService } from '#files';
import { type Actor, Clock } from '#kernel';
import { Database, type JobHandler, Jobs, OnSchedule } from '#platform';
import { IdentityExpired } from './identity-verification.events.ts';
import { IdentityVerificationReader } from './identity-verification-reader.ts';
import { IdentityVerificationsService } from './identity-verifications.service.ts';

/** How long papers are kept after the decision on them. */
const PAPERS_DAYS = 30;
/** How many are done in one go; the rest have their turn at the next. */
const BATCH = 200;

type Nothing = Record<string, never>;

/** Ends what was approved by a document that has run out. */
@OnSchedule('11 * * * *', 'auth.expire-identities')
export class ExpireIdentities implements JobHandler<Nothing> {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly reader: IdentityVerificationReader,
    private readonly verifications: IdentityVerificationsService,
  ) {}

  async handle(_actor: Actor): Promise<void> {
    const today = this.clock.now().toZonedDateTimeISO('UTC').toPlainDate().toString();
    const due = await this.reader
      .all()
      .where('verification.status', '=', 'approved')
      .where('verification.documentExpiresOn', '<', today)
      .orderBy('verification.documentExpiresOn')
      .limit(BATCH)
      .execute();
    for (const { id, userId } of due) await this.#expire(id, userId);
  }

  async #expire(id: string, userId: string): Promise<void> {
    await this.database.transaction(async () => {
      await this.verifications.lockPerson(userId);
      if ((await this.reader.locked(id)).status !== 'approved') return;
      await this.verifications.move(id, userId, 'expired', {});
      await this.jobs.publish(IdentityExpired, { verificationId: id, userId });
    });
  }
}

/** Takes the bytes of papers away when nobody needs to look at them again. */
@OnSchedule('41 * * * *', 'auth.discard-papers')
export class DiscardPapers implements JobHandler<Nothing> {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly files: FilesService,
    private readonly reader: IdentityVerificationReader,
  ) {}

  async handle(_actor: Actor): Promise<void> {
    const due = await this.reader
      .all()
      .where('verification.discardedAt', 'is', null)
      .where('verification.decidedAt', '<', this.clock.now().subtract({ hours: PAPERS_DAYS * 24 }))
      .orderBy('verification.decidedAt')
      .limit(BATCH)
      .execute();
    for (const { id, files } of await this.reader.withFiles(due)) {
      for (const { file } of files) await this.files.discard(file.id);
      await this.database.query
        .updateTable('identityVerifications')
        .set({ discardedAt: this.clock.now() })
        .where('id', '=', id)
        .execute();
    }
  }
}
