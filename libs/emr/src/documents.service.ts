import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Selectable } from 'kysely';
import { Clock, newId, notFound, type Page, type PageRequest, type UserActor } from '#kernel';
import {
  Database,
  FieldCipher,
  given,
  ObjectStorage,
  PRESIGNED_SECONDS,
  pageOf,
  type Tables,
  within,
} from '#platform';
import { CarePolicy, type ChartRecord } from './care.policy.ts';
import type { ChartFilter } from './chart-filter.ts';
import type { DownloadLink, MedicalDocument } from './document.entity.ts';
import { documentStates } from './document.states.ts';
import { notTheUploader } from './emr.errors.ts';

export interface DocumentFilter extends ChartFilter {
  readonly kind?: string;
  readonly order?: { readonly by: 'createdAt' | 'updatedAt'; readonly descending: boolean };
}

/** A file that the server makes itself, before it is made. */
export interface MadeDocument {
  readonly organizationId: string;
  readonly patientId: string;
  readonly authorId: string;
  readonly kind: string;
  readonly title: string;
  readonly contentType: string;
}

/** The files of charts. Bytes are in the object storage; clients fetch them there, by links that expire. */
@Injectable()
export class DocumentsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly cipher: FieldCipher,
    private readonly storage: ObjectStorage,
    private readonly care: CarePolicy,
  ) {}

  /** Of every chart that the actor may read, newest first. */
  async list(actor: UserActor, filter: DocumentFilter, page: PageRequest): Promise<Page<MedicalDocument>> {
    const { patientId, kind, created, updated } = filter;
    if (patientId) await this.care.chart(actor, patientId, 'document', 'list');
    const { by, descending } = filter.order ?? { by: 'createdAt', descending: true };
    const found = await pageOf(
      this.#available()
        .where('patientId', 'in', this.care.readableCharts(actor))
        .where((eb) =>
          eb.and(
            given([
              patientId && eb('patientId', '=', patientId),
              kind && eb('kind', '=', kind),
              ...within('createdAt', created),
              ...within('updatedAt', updated),
            ]),
          ),
        )
        .orderBy(by, descending ? 'desc' : 'asc')
        .orderBy('id'),
      page,
    );
    await this.care.recordList(actor, found.items.map(asRecord));
    return { ...found, items: found.items.map((row) => this.#asDocument(row)) };
  }

  /** @throws not_found `document_not_found` */
  async get(actor: UserActor, id: string): Promise<MedicalDocument> {
    return this.#asDocument(await this.#read(actor, id, 'read'));
  }

  /** A link to fetch the file with. @throws not_found `document_not_found` */
  async download(actor: UserActor, id: string): Promise<DownloadLink> {
    return this.#link(await this.#read(actor, id, 'download'));
  }

  /**
   * Takes the file out of the chart; the bytes stay, as records must.
   * @throws not_found `document_not_found`; forbidden `not_the_uploader`
   */
  async remove(actor: UserActor, id: string): Promise<void> {
    const row = await this.#row(id);
    await this.care.assertAuthor(actor, asRecord(row), 'delete', notTheUploader);
    await this.database.transaction(async () => {
      await this.withdraw(id);
      await this.care.record(actor, asRecord(row), 'delete');
    });
  }

  /** Opens the place of a file that `fill` will put there. In the transaction that needs the file. */
  async reserve({ authorId, title, ...columns }: MadeDocument): Promise<string> {
    const id = newId();
    const now = this.clock.now();
    await this.database.query
      .insertInto('documents')
      .values({
        ...columns,
        id,
        uploadedBy: authorId,
        title: this.cipher.encrypt(title, place(id)),
        objectKey: `documents/${id}`,
        status: 'pending_upload',
        createdAt: now,
        updatedAt: now,
      })
      .execute();
    return id;
  }

  /** Makes the bytes of a reserved place and puts them there, unless that was done before. */
  async fill(id: string, make: () => Promise<Uint8Array>): Promise<void> {
    const row = await this.#anyRow(id);
    if (row.status === 'available') return;
    documentStates.assert(row.status, 'available');
    const bytes = await make();
    await this.storage.put(row.objectKey, bytes, row.contentType);
    await this.database.query
      .updateTable('documents')
      .set({
        status: 'available',
        sizeBytes: bytes.byteLength,
        sha256: createHash('sha256').update(bytes).digest(),
        updatedAt: this.clock.now(),
      })
      .where('id', '=', id)
      .execute();
  }

  /** Whether the file was not taken out of the chart. */
  async stands(id: string): Promise<boolean> {
    return (await this.#anyRow(id)).deletedAt === null;
  }

  /** Takes a file out of the chart, for the record that it was made from. */
  async withdraw(id: string): Promise<void> {
    await this.database.query
      .updateTable('documents')
      .set({ deletedAt: this.clock.now(), updatedAt: this.clock.now() })
      .where('id', '=', id)
      .where('deletedAt', 'is', null)
      .execute();
  }

  /** For a caller that has checked who asks. */
  async linkTo(id: string): Promise<DownloadLink> {
    return this.#link(await this.#anyRow(id));
  }

  /** The newest files of a chart, for a caller that may read it. */
  async latestOf(patientId: string, limit: number): Promise<MedicalDocument[]> {
    const rows = await this.#available()
      .where('patientId', '=', patientId)
      .orderBy('createdAt', 'desc')
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map((row) => this.#asDocument(row));
  }

  async #link(row: Row): Promise<DownloadLink> {
    const filename = `${this.#asDocument(row).title}${EXTENSIONS[row.contentType] ?? ''}`;
    return {
      documentId: row.id,
      url: await this.storage.presignDownload(row.objectKey, filename),
      expiresIn: PRESIGNED_SECONDS,
    };
  }

  async #read(actor: UserActor, id: string, verb: string): Promise<Row> {
    const row = await this.#row(id);
    await this.care.read(actor, asRecord(row), verb);
    return row;
  }

  async #row(id: string): Promise<Row> {
    const row = await this.#available().where('id', '=', id).executeTakeFirst();
    if (!row) throw notFound('document');
    return row;
  }

  async #anyRow(id: string): Promise<Row> {
    return this.database.query
      .selectFrom('documents')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
  }

  #available() {
    return this.database.query
      .selectFrom('documents')
      .selectAll()
      .where('status', '=', 'available')
      .where('deletedAt', 'is', null);
  }

  #asDocument(row: Row): MedicalDocument {
    const { sha256: _, deletedAt: __, ...columns } = row;
    return { ...columns, title: this.cipher.decrypt(row.title, place(row.id)) };
  }
}

type Row = Selectable<Tables['documents']>;

const EXTENSIONS: Readonly<Record<string, string>> = { 'application/pdf': '.pdf' };

const place = (id: string) => `documents:${id}`;

function asRecord({ id, patientId, organizationId, uploadedBy }: Row): ChartRecord {
  return { resource: 'document', id, patientId, organizationId, authorId: uploadedBy, draft: false };
}
