import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Selectable } from 'kysely';
import { Clock, newId, notFound, type UserActor } from '#kernel';
import { Database, Jobs, ObjectStorage, PRESIGNED_SECONDS, type Tables } from '#platform';
import { CheckFile } from './check-file.handler.ts';
import { fileStates } from './file.states.ts';
import {
  fileNotAvailable,
  fileNotUploaded,
  fileTooLarge,
  fileTypeNotAllowed,
  uploadIsOver,
} from './files.errors.ts';
import { incoming, kept } from './object-keys.ts';
import type { FileLink, FilePurpose, StoredFile, UploadPurpose, UploadTicket } from './stored-file.ts';
import { UPLOAD_RULES } from './upload-rules.ts';

/** What a client says of the bytes that it is going to send. */
export interface AnnouncedFile {
  readonly purpose: UploadPurpose;
  readonly contentType: string;
  readonly sizeBytes: number;
}

/** A file that the server makes itself, before it is made. */
export interface MadeFile {
  readonly ownerId: string;
  readonly purpose: FilePurpose;
  readonly contentType: string;
}

/**
 * Files, from the announcement to the trail they leave. Clients send and fetch the bytes by links that
 * expire; what they sent stays in quarantine until it was checked. Who may see a file is the business of
 * the record that names it: this library knows the owner only.
 */
@Injectable()
export class FilesService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly storage: ObjectStorage,
  ) {}

  /**
   * Opens the place of a file that the actor is going to upload; in the transaction that needs it.
   * @throws invalid `file_type_not_allowed`; too_large `file_too_large`
   */
  async open(actor: UserActor, { purpose, contentType, sizeBytes }: AnnouncedFile): Promise<UploadTicket> {
    const { contentTypes, maxBytes } = UPLOAD_RULES[purpose];
    if (!contentTypes.includes(contentType)) throw fileTypeNotAllowed(contentTypes);
    if (sizeBytes > maxBytes) throw fileTooLarge(maxBytes);
    const id = await this.#insert({ ownerId: actor.userId, purpose, contentType, sizeBytes });
    return this.#ticket(id, contentType, sizeBytes);
  }

  /** A fresh link for an upload that was announced. @throws not_found `file_not_found`; conflict `upload_is_over` */
  async ticket(actor: UserActor, id: string): Promise<UploadTicket> {
    const { status, contentType, sizeBytes } = await this.own(actor, id);
    if (status !== 'pending_upload') throw uploadIsOver(status);
    return this.#ticket(id, contentType, sizeBytes ?? 0);
  }

  /**
   * The owner says that the bytes are there: from now on they wait for their check. Said twice, it is said once.
   * @throws not_found `file_not_found`; conflict `file_not_uploaded`
   */
  async complete(actor: UserActor, id: string): Promise<StoredFile> {
    const file = await this.own(actor, id);
    if (file.status !== 'pending_upload') return file;
    if (!(await this.storage.exists(incoming(id)))) throw fileNotUploaded();
    await this.quarantine(id);
    return this.own(actor, id);
  }

  /** Puts uploaded bytes up for their check. */
  async quarantine(id: string): Promise<void> {
    await this.database.transaction(async () => {
      const { numUpdatedRows } = await this.database.query
        .updateTable('files')
        .set({ status: 'quarantined', updatedAt: this.clock.now() })
        .where('id', '=', id)
        .where('status', '=', 'pending_upload')
        .executeTakeFirst();
      if (numUpdatedRows > 0n) await this.jobs.send(CheckFile, { fileId: id });
    });
  }

  /** @throws not_found `file_not_found`, also for a file of somebody else */
  async own(actor: UserActor, id: string): Promise<StoredFile> {
    const row = await this.#row(id);
    if (!row || row.ownerId !== actor.userId) throw notFound('file');
    return asStoredFile(row);
  }

  /** Every file that an account brought, oldest first. */
  async ofOwner(ownerId: string): Promise<StoredFile[]> {
    const rows = await this.database.query
      .selectFrom('files')
      .selectAll()
      .where('ownerId', '=', ownerId)
      .orderBy('createdAt')
      .orderBy('id')
      .execute();
    return rows.map(asStoredFile);
  }

  /** For a caller that has checked who asks. */
  async byIds(ids: readonly string[]): Promise<ReadonlyMap<string, StoredFile>> {
    if (ids.length === 0) return new Map();
    const rows = await this.database.query.selectFrom('files').selectAll().where('id', 'in', ids).execute();
    return new Map(rows.map((row) => [row.id, asStoredFile(row)]));
  }

  /**
   * A link that downloads the file under `filename`, for a caller that has checked who asks.
   * @throws conflict `file_not_available`
   */
  async link(id: string, filename: string): Promise<FileLink> {
    const row = await this.#row(id);
    if (!row) throw notFound('file');
    if (row.status !== 'available' || !row.sha256 || row.discardedAt) {
      throw fileNotAvailable(row.status, row.rejection);
    }
    const key = kept(id, row.sha256);
    return {
      url: await this.storage.presignDownload(key, `${filename}${EXTENSIONS[row.contentType] ?? ''}`),
      expiresIn: PRESIGNED_SECONDS,
    };
  }

  /** Opens the place of a file that `fill` will put there; in the transaction that needs it. */
  async reserve(file: MadeFile): Promise<string> {
    return this.#insert({ ...file, sizeBytes: null });
  }

  /**
   * Makes the bytes of a reserved place and puts them there, unless that was done before. Of several that do so at
   * once, the first to be written down is the file.
   */
  async fill(id: string, make: () => Promise<Uint8Array>): Promise<void> {
    const row = await this.#row(id);
    if (!row) throw notFound('file');
    if (row.status === 'available') return;
    fileStates.assert(row.status, 'available');
    const bytes = await make();
    const sha256 = createHash('sha256').update(bytes).digest();
    await this.storage.put(kept(id, sha256), bytes, row.contentType);
    await this.database.query
      .updateTable('files')
      .set({ status: 'available', sizeBytes: bytes.byteLength, sha256, updatedAt: this.clock.now() })
      .where('id', '=', id)
      .where('status', '=', row.status)
      .where('discardedAt', 'is', null)
      .execute();
    const file = await this.#row(id);
    const isKept = file?.sha256 && !file.discardedAt && sha256.equals(file.sha256);
    if (!isKept) await this.storage.remove(kept(id, sha256));
  }

  /** Takes the bytes away for good; that there was a file, and its hash, stay. */
  async discard(id: string): Promise<void> {
    const { sha256 } = (await this.#row(id)) ?? {};
    await this.storage.remove(incoming(id));
    if (sha256) await this.storage.remove(kept(id, sha256));
    await this.database.query
      .updateTable('files')
      .set({ discardedAt: this.clock.now(), updatedAt: this.clock.now() })
      .where('id', '=', id)
      .where('discardedAt', 'is', null)
      .execute();
  }

  /**
   * Lets go of an account: the files of charts stay with their charts, and the papers that tax law asks to be kept;
   * the bytes of all others go.
   */
  async forgetOwner(ownerId: string): Promise<void> {
    for (const { id, purpose } of await this.ofOwner(ownerId)) {
      if (purpose !== 'chart' && purpose !== 'accounting') await this.discard(id);
      await this.database.query.updateTable('files').set({ ownerId: null }).where('id', '=', id).execute();
    }
  }

  async #insert(columns: MadeFile & { readonly sizeBytes: number | null }): Promise<string> {
    const id = newId();
    const now = this.clock.now();
    await this.database.query
      .insertInto('files')
      .values({ ...columns, id, status: 'pending_upload', createdAt: now, updatedAt: now })
      .execute();
    return id;
  }

  async #ticket(id: string, contentType: string, sizeBytes: number): Promise<UploadTicket> {
    const { url, headers } = await this.storage.presignUpload(incoming(id), contentType, sizeBytes);
    const expiresAt = this.clock.now().add({ seconds: PRESIGNED_SECONDS });
    return { fileId: id, method: 'PUT', url, headers, expiresAt };
  }

  async #row(id: string): Promise<Row | undefined> {
    return this.database.query.selectFrom('files').selectAll().where('id', '=', id).executeTakeFirst();
  }
}

type Row = Selectable<Tables['files']>;

const EXTENSIONS: Readonly<Record<string, string>> = {
  'application/pdf': '.pdf',
  'image/jpeg': '.jpg',
  'image/png': '.png',
  'image/webp': '.webp',
  'image/heic': '.heic',
  'application/dicom': '.dcm',
  'application/json': '.json',
};

function asStoredFile(row: Row): StoredFile {
  const { sha256: _, ...file } = row;
  return file;
}
