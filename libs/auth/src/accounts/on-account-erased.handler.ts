import { FilesService } from '#files';
import type { Actor } from '#kernel';
import { Database, type DataOf, type JobHandler, OnEvent } from '#platform';
import { AccountExportsService } from '../exports/account-exports.service.ts';
import { AccountErased } from './account-events.ts';

/** Takes away the files that an erased account brought or asked for. */
@OnEvent(AccountErased, 'auth.discard-files')
export class OnAccountErased implements JobHandler<DataOf<typeof AccountErased>> {
  constructor(
    private readonly database: Database,
    private readonly exports: AccountExportsService,
    private readonly files: FilesService,
  ) {}

  async handle(_actor: Actor, { userId }: DataOf<typeof AccountErased>): Promise<void> {
    const exports = await this.database.query
      .selectFrom('accountExports')
      .select('id')
      .where('userId', '=', userId)
      .execute();
    for (const { id } of exports) await this.exports.move(id, 'expired');
    await this.files.forgetOwner(userId);
  }
}
