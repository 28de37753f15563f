import { createHash } from 'node:crypto';
import { fileTypeFromBuffer } from 'file-type';
import { z } from 'zod';
import { type Actor, Clock } from '#kernel';
import {
  Database,
  type DataOf,
  defineQueue,
  HandlesJob,
  type JobHandler,
  Jobs,
  ObjectStorage,
} from '#platform';
import { FileAccepted, FileRejected } from './events.ts';
import { incoming, kept } from './object-keys.ts';
import type { FilePurpose, FileRejection } from './stored-file.ts';

/** Uploaded bytes wait to be looked at. */
export const CheckFile = defineQueue('files.check', z.object({ fileId: z.uuid() }));

/** Looks whether uploaded bytes are what was announced, by what is in them, and lets them in or refuses them. */
@HandlesJob(CheckFile)
export class CheckFileHandler implements JobHandler<DataOf<typeof CheckFile>> {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly storage: ObjectStorage,
  ) {}

  async handle(_actor: Actor, { fileId }: DataOf<typeof CheckFile>): Promise<void> {
    const file = await this.database.query
      .selectFrom('files')
      .select(['contentType', 'sizeBytes', 'purpose'])
      .where('id', '=', fileId)
      .where('status', '=', 'quarantined')
      .executeTakeFirst();
    if (file) {
      const bytes = await this.storage.get(incoming(fileId));
      const sha256 = createHash('sha256').update(bytes).digest();
      const reason = await faultOf(bytes, file);
      // The bytes that were looked at, and not whatever the upload link has put there since.
      if (!reason) await this.storage.put(kept(fileId, sha256), bytes, file.contentType);
      await this.#decide({ fileId, purpose: file.purpose, sizeBytes: bytes.byteLength, sha256, reason });
    }
    await this.storage.remove(incoming(fileId));
  }

  async #decide({ fileId, purpose, sizeBytes, sha256, reason }: Finding): Promise<void> {
    await this.database.transaction(async () => {
      const { numUpdatedRows } = await this.database.query
        .updateTable('files')
        .set({
          status: reason ? 'rejected' : 'available',
          rejection: reason,
          sizeBytes,
          sha256,
          updatedAt: this.clock.now(),
        })
        .where('id', '=', fileId)
        .where('status', '=', 'quarantined')
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return;
      if (reason) await this.jobs.publish(FileRejected, { fileId, purpose, reason });
      else await this.jobs.publish(FileAccepted, { fileId, purpose });
    });
  }
}

interface Finding {
  readonly fileId: string;
  readonly purpose: FilePurpose;
  readonly sizeBytes: number;
  readonly sha256: Uint8Array;
  /** Why it is refused, if it is. */
  readonly reason: FileRejection | null;
}

async function faultOf(
  bytes: Uint8Array,
  announced: { contentType: string; sizeBytes: number | null },
): Promise<FileRejection | null> {
  if (bytes.byteLength === 0) return 'empty';
  if (bytes.byteLength !== announced.sizeBytes) return 'size_differs';
  const found = await fileTypeFromBuffer(bytes);
  return found?.mime === announced.contentType ? null : 'type_differs';
}
