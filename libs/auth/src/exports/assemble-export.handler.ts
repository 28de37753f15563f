import { FilesService } from '#files';
import { type Actor, Clock } from '#kernel';
import { Database, type DataOf, HandlesJob, type JobHandler, Jobs } from '#platform';
import { AccountParts } from '../accounts/account-parts.ts';
import { AccountExportReady } from './account-export.events.ts';
import {
  AccountExportsService,
  AssembleExport,
  EXPORT_DAYS,
  ExpireExport,
} from './account-exports.service.ts';

/** The shape of the file; it rises when a reader of an older file would misread a newer one. */
const FORMAT = 1;

/** Puts an export together, part by part, and keeps its file for a while. */
@HandlesJob(AssembleExport)
export class AssembleExportHandler implements JobHandler<DataOf<typeof AssembleExport>> {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly exports: AccountExportsService,
    private readonly files: FilesService,
    private readonly parts: AccountParts,
  ) {}

  async handle(_actor: Actor, { exportId }: DataOf<typeof AssembleExport>): Promise<void> {
    const parts = this.parts.all();
    const begun = await this.exports.move(exportId, 'assembling', { partsTotal: parts.size, partsDone: 0 });
    if (!begun) return;
    const content: Record<string, unknown> = { format: FORMAT, exportedAt: this.clock.now() };
    let partsDone = 0;
    for (const [name, part] of parts) {
      content[name] = await part.export(begun.userId);
      partsDone += 1;
      await this.exports.move(exportId, 'assembling', { partsDone });
    }
    await this.files.fill(begun.fileId, async () => Buffer.from(JSON.stringify(content, null, 2)));
    const expiresAt = this.clock.now().add({ hours: EXPORT_DAYS * 24 });
    const ready = await this.database.transaction(async () => {
      const moved = await this.exports.move(exportId, 'ready', { expiresAt });
      if (!moved) return undefined;
      await this.jobs.send(ExpireExport, { exportId }, { startAfter: expiresAt });
      await this.jobs.publish(AccountExportReady, {
        exportId,
        userId: moved.userId,
        expiresAt: expiresAt.toString(),
      });
      return moved;
    });
    // Erased or given up in the meantime: nobody is to find the file.
    if (!ready) await this.files.discard(begun.fileId);
  }
}
