import { FilesService } from '#files';
import type { Actor } from '#kernel';
import { type DataOf, HandlesJob, type JobHandler } from '#platform';
import { AccountExportsService, ExpireExport } from './account-exports.service.ts';

/** Takes away the file of an export whose days are over. */
@HandlesJob(ExpireExport)
export class ExpireExportHandler implements JobHandler<DataOf<typeof ExpireExport>> {
  constructor(
    private readonly exports: AccountExportsService,
    private readonly files: FilesService,
  ) {}

  async handle(_actor: Actor, { exportId }: DataOf<typeof ExpireExport>): Promise<void> {
    const { fileId } = await this.exports.byId(exportId);
    // First nobody is led to the file any more, then it goes.
    await this.exports.move(exportId, 'expired');
    await this.files.discard(fileId);
  }
}
