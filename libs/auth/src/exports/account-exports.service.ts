import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { AuditService } from '#audit';
import { FilesService } from '#files';
import { Clock, newId, notFound, type UserActor } from '#kernel';
import { Database, defineQueue, Jobs, Transactional } from '#platform';
import type { AccountExport, AccountExportStatus, OwnExport } from './account-export.entity.ts';
import { accountExportStates } from './account-export.states.ts';

/** A person has asked for everything that is kept of them. */
export const AssembleExport = defineQueue('auth.assemble-export', z.object({ exportId: z.uuid() }));

/** An export has been kept for as long as it was promised. */
export const ExpireExport = defineQueue('auth.expire-export', z.object({ exportId: z.uuid() }));

/** How long the file can be fetched. */
export const EXPORT_DAYS = 7;
/** An export that is not ready by then is not going to be: its owner may ask for another. */
const PATIENCE_MINUTES = 60;

/** Exports, from the wish to the end of the file. */
@Injectable()
export class AccountExportsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly files: FilesService,
    private readonly audit: AuditService,
  ) {}

  /** Asks for an export; one that is being put together, or was a moment ago, is the answer to that, too. */
  @Transactional()
  async request(actor: UserActor): Promise<AccountExport> {
    const { userId } = actor;
    await this.database.lock(`account-export:${userId}`);
    const now = this.clock.now();
    const latest = await this.#latest(userId);
    if (latest && accountExportStates.can(latest.status, 'failed')) {
      const givenUp = Temporal.Instant.compare(latest.createdAt, now.subtract({ minutes: PATIENCE_MINUTES }));
      if (givenUp > 0) return latest;
      await this.move(latest.id, 'failed');
    }
    // Asked for twice in one go, it may be ready before the second question comes.
    const isNew = latest && Temporal.Instant.compare(latest.createdAt, now.subtract({ minutes: 1 })) > 0;
    if (isNew && latest.status === 'ready') return latest;
    const fileId = await this.files.reserve({
      ownerId: userId,
      purpose: 'export',
      contentType: 'application/json',
    });
    const row = await this.database.query
      .insertInto('accountExports')
      .values({ id: newId(), userId, status: 'queued', fileId, createdAt: now, updatedAt: now })
      .returningAll()
      .executeTakeFirstOrThrow();
    await this.jobs.send(AssembleExport, { exportId: row.id });
    await this.#record(actor, row.id, 'request');
    return row;
  }

  /**
   * The actor's newest export, with a fresh link when its file is ready.
   * @throws not_found `account_export_not_found` when there was never one
   */
  async latest(actor: UserActor): Promise<OwnExport> {
    const row = await this.#latest(actor.userId);
    if (!row) throw notFound('account_export');
    if (row.status !== 'ready') return { export: row, link: null };
    const link = await this.files.link(row.fileId, `televisit-${row.createdAt.toString().slice(0, 10)}`);
    await this.#record(actor, row.id, 'download');
    return { export: row, link };
  }

  /** For jobs, which act for the system. */
  async byId(id: string): Promise<AccountExport> {
    return this.database.query
      .selectFrom('accountExports')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
  }

  /** Moves an export on. @returns nothing when its state does not let it get there */
  async move(
    id: string,
    status: AccountExportStatus,
    changes: Partial<Pick<AccountExport, 'partsTotal' | 'partsDone' | 'expiresAt'>> = {},
  ): Promise<AccountExport | undefined> {
    const from = STATUSES.filter((state) => accountExportStates.can(state, status));
    return this.database.query
      .updateTable('accountExports')
      .set({ ...changes, status, updatedAt: this.clock.now() })
      .where('id', '=', id)
      .where('status', 'in', from)
      .returningAll()
      .executeTakeFirst();
  }

  async #latest(userId: string): Promise<AccountExport | undefined> {
    return this.database.query
      .selectFrom('accountExports')
      .selectAll()
      .where('userId', '=', userId)
      .orderBy('createdAt', 'desc')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
  }

  async #record(actor: UserActor, id: string, verb: string): Promise<void> {
    await this.audit.record(actor, {
      action: `account_export.${verb}`,
      resource: 'account_export',
      resourceId: id,
    });
  }
}

const STATUSES = Object.keys(accountExportStates.moves) as AccountExportStatus[];
