import { type Actor, Clock } from '#kernel';
import { Database, type JobHandler, Jobs, ObjectStorage, OnSchedule } from '#platform';
import { FileRejected } from './events.ts';
import { FilesService } from './files.service.ts';
import { incoming } from './object-keys.ts';
import type { FilePurpose } from './stored-file.ts';

/** How long an announced upload may take. */
const PATIENCE_HOURS = 24;
/** How many are looked at in one go; the rest have their turn at the next. */
const BATCH = 200;

/** Finishes uploads whose client never said that it was done: those that came are checked, the rest given up. */
@OnSchedule('23 * * * *', 'files.abandoned-uploads')
export class AbandonedUploadsHandler implements JobHandler<Record<string, never>> {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly storage: ObjectStorage,
    private readonly files: FilesService,
  ) {}

  async handle(_actor: Actor): Promise<void> {
    const waiting = await this.database.query
      .selectFrom('files')
      .select(['id', 'purpose'])
      .where('status', '=', 'pending_upload')
      // Without a size it is one that the server makes itself.
      .where('sizeBytes', 'is not', null)
      .where('createdAt', '<', this.clock.now().subtract({ hours: PATIENCE_HOURS }))
      .orderBy('createdAt')
      .limit(BATCH)
      .execute();
    for (const { id, purpose } of waiting) {
      if (await this.storage.exists(incoming(id))) await this.files.quarantine(id);
      else await this.#giveUp(id, purpose);
    }
  }

  async #giveUp(fileId: string, purpose: FilePurpose): Promise<void> {
    const reason = 'never_uploaded';
    await this.database.transaction(async () => {
      const { numUpdatedRows } = await this.database.query
        .updateTable('files')
        .set({ status: 'rejected', rejection: reason, updatedAt: this.clock.now() })
        .where('id', '=', fileId)
        .where('status', '=', 'pending_upload')
        .executeTakeFirst();
      if (numUpdatedRows > 0n) await this.jobs.publish(FileRejected, { fileId, purpose, reason });
    });
  }
}
