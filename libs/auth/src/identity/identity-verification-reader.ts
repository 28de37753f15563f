import { Injectable } from '@nestjs/common';
import { FilesService } from '#files';
import { notFound } from '#kernel';
import { Database } from '#platform';
import type { IdentityFile, IdentityVerification } from './identity-verification.entity.ts';

/** Reads attempts with their files. Knows nothing of who asks. */
@Injectable()
export class IdentityVerificationReader {
  constructor(
    private readonly database: Database,
    private readonly files: FilesService,
  ) {}

  all() {
    return this.database.query.selectFrom('identityVerifications as verification').selectAll('verification');
  }

  async latestOf(userId: string): Promise<IdentityVerification | null> {
    const row = await this.all()
      .where('verification.userId', '=', userId)
      .orderBy('verification.createdAt', 'desc')
      .orderBy('verification.id', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row ? this.#one(row) : null;
  }

  /** @throws not_found `identity_verification_not_found` */
  async byId(id: string): Promise<IdentityVerification> {
    return this.#one(found(await this.all().where('verification.id', '=', id).executeTakeFirst()));
  }

  /** As `byId`, and nobody else changes the attempt before the transaction ends. */
  async locked(id: string): Promise<IdentityVerification> {
    const row = await this.all().where('verification.id', '=', id).forUpdate().executeTakeFirst();
    return this.#one(found(row));
  }

  /** The attempt that a file belongs to. */
  async idOfFile(fileId: string): Promise<string | undefined> {
    const row = await this.database.query
      .selectFrom('identityFiles')
      .select('verificationId')
      .where('fileId', '=', fileId)
      .executeTakeFirst();
    return row?.verificationId;
  }

  async withFiles<Row extends { id: string }>(
    rows: readonly Row[],
  ): Promise<(Row & { files: IdentityFile[] })[]> {
    if (rows.length === 0) return [];
    const ids = rows.map(({ id }) => id);
    const sides = await this.database.query
      .selectFrom('identityFiles')
      .selectAll()
      .where('verificationId', 'in', ids)
      .orderBy('side')
      .execute();
    const files = await this.files.byIds(sides.map(({ fileId }) => fileId));
    return rows.map((row) => ({
      ...row,
      files: sides
        .filter(({ verificationId }) => verificationId === row.id)
        .flatMap(({ side, fileId }) => {
          const file = files.get(fileId);
          return file ? [{ side, file }] : [];
        }),
    }));
  }

  async #one<Row extends { id: string }>(row: Row): Promise<Row & { files: IdentityFile[] }> {
    const [verification] = await this.withFiles([row]);
    return found(verification);
  }
}

function found<T>(verification: T | undefined): T {
  if (!verification) throw notFound('identity_verification');
  return verification;
}
