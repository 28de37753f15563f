import { Injectable } from '@nestjs/common';
import { type Selectable, sql } from 'kysely';
import { type FileStatus, FilesService, type UploadTicket } from '#files';
import { Clock, newId, notFound, type Page, type PageRequest, type UserActor } from '#kernel';
import { Database, FieldCipher, given, pageOf, type Tables, within } from '#platform';
import { CarePolicy, type ChartRecord, type ChartReference } from '../access/care.policy.ts';
import { type ChartFilter, ofPatientNamed } from '../access/chart-filter.ts';
import { documentIsMade, notTheUploader } from '../emr.errors.ts';
import {
  type DocumentKind,
  type DownloadLink,
  MADE_KIND,
  type MedicalDocument,
  type UploadedKind,
} from './document.entity.ts';

export interface DocumentFilter extends ChartFilter {
  readonly kind?: DocumentKind;
  readonly status?: FileStatus;
  readonly order?: { readonly by: 'createdAt' | 'updatedAt'; readonly descending: boolean };
}

/** What somebody is going to upload. */
export interface NewDocument {
  readonly kind: UploadedKind;
  readonly title: string;
  readonly contentType: string;
  readonly sizeBytes: number;
}

/** A file that the server makes itself, before it is made. */
export interface MadeDocument {
  readonly organizationId: string;
  readonly patientId: string;
  readonly authorId: string;
  readonly title: string;
  readonly contentType: string;
}

/** The files of charts: what they are and whose. Their bytes are the business of FilesService. */
@Injectable()
export class DocumentsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly cipher: FieldCipher,
    private readonly files: FilesService,
    private readonly care: CarePolicy,
  ) {}

  /** Those of every chart that the actor may read, and one's own uploads however far they are; newest first. */
  async list(actor: UserActor, filter: DocumentFilter, page: PageRequest): Promise<Page<MedicalDocument>> {
    const { patientId, kind, status, search, created, updated } = filter;
    if (patientId) await this.care.chart(actor, patientId, 'document', 'list');
    const { by, descending } = filter.order ?? { by: 'createdAt', descending: true };
    const found = await pageOf(
      this.#standing()
        .where((eb) =>
          eb.or([
            eb.and([eb('status', '=', 'available'), eb('patientId', 'in', this.care.readableCharts(actor))]),
            eb.and([eb('uploadedBy', '=', actor.userId), eb('kind', '!=', MADE_KIND)]),
          ]),
        )
        .where((eb) =>
          eb.and(
            given([
              patientId && eb('patientId', '=', patientId),
              kind && eb('kind', '=', kind),
              status && eb('status', '=', status),
              search && ofPatientNamed(search),
              ...within('createdAt', created),
              ...within('changedAt', updated),
            ]),
          ),
        )
        .orderBy(by === 'updatedAt' ? 'changedAt' : by, descending ? 'desc' : 'asc')
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

  /**
   * The patient, or a doctor who treats them, announces a file; the bytes go to the ticket's address.
   * @throws not_found `patient_not_found`; invalid `file_type_not_allowed`; too_large `file_too_large`
   */
  async upload(
    actor: UserActor,
    reference: ChartReference,
    { kind, title, ...announced }: NewDocument,
  ): Promise<{ readonly document: MedicalDocument; readonly ticket: UploadTicket }> {
    const chart = await this.care.chartToWrite(actor, reference, 'document', 'create');
    return this.database.transaction(async () => {
      const ticket = await this.files.open(actor, { purpose: 'chart', ...announced });
      const { organizationId, id: patientId } = chart;
      const uploadedBy = actor.userId;
      const id = await this.#insert(
        { organizationId, patientId, uploadedBy, kind, fileId: ticket.fileId },
        title,
      );
      const row = await this.#row(id);
      await this.care.record(actor, asRecord(row), 'create');
      return { document: this.#asDocument(row), ticket };
    });
  }

  /**
   * Whoever uploaded it calls it otherwise. Its bytes do not change: another file is another document.
   * @throws not_found `document_not_found`; forbidden `not_the_uploader`; conflict `document_is_made`
   */
  async update(
    actor: UserActor,
    id: string,
    { title, kind }: { readonly title?: string; readonly kind?: UploadedKind },
  ): Promise<MedicalDocument> {
    const row = await this.#row(id);
    await this.care.assertAuthor(actor, asRecord(row), 'update', notTheUploader);
    if (row.kind === MADE_KIND) throw documentIsMade();
    return this.database.transaction(async () => {
      await this.database.query
        .updateTable('documents')
        .set({
          ...(title !== undefined && { title: this.cipher.encrypt(title, place(id)) }),
          ...(kind && { kind }),
          updatedAt: this.clock.now(),
        })
        .where('id', '=', id)
        .execute();
      await this.care.record(actor, asRecord(row), 'update');
      return this.#asDocument(await this.#row(id));
    });
  }

  /** A link to fetch the file with. @throws not_found `document_not_found`; conflict `file_not_available` */
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
  async reserve({ authorId, title, contentType, ...columns }: MadeDocument): Promise<string> {
    const fileId = await this.files.reserve({ ownerId: authorId, purpose: 'chart', contentType });
    return this.#insert({ ...columns, uploadedBy: authorId, fileId, kind: MADE_KIND }, title);
  }

  /** Makes the bytes of a reserved place and puts them there, unless that was done before. */
  async fill(id: string, make: () => Promise<Uint8Array>): Promise<void> {
    await this.files.fill((await this.#anyRow(id)).fileId, make);
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
    const rows = await this.#standing()
      .where('status', '=', 'available')
      .where('patientId', '=', patientId)
      .orderBy('createdAt', 'desc')
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map((row) => this.#asDocument(row));
  }

  async #insert(
    columns: Pick<Row, 'organizationId' | 'patientId' | 'uploadedBy' | 'fileId' | 'kind'>,
    title: string,
  ): Promise<string> {
    const id = newId();
    const now = this.clock.now();
    await this.database.query
      .insertInto('documents')
      .values({
        ...columns,
        id,
        title: this.cipher.encrypt(title, place(id)),
        createdAt: now,
        updatedAt: now,
      })
      .execute();
    return id;
  }

  async #link(row: Row): Promise<DownloadLink> {
    const link = await this.files.link(row.fileId, this.#asDocument(row).title);
    return { documentId: row.id, ...link };
  }

  async #read(actor: UserActor, id: string, verb: string): Promise<Row> {
    const row = await this.#row(id);
    await this.care.read(actor, asRecord(row), verb);
    return row;
  }

  async #row(id: string): Promise<Row> {
    const row = await this.#standing().where('id', '=', id).executeTakeFirst();
    if (!row) throw notFound('document');
    return row;
  }

  async #anyRow(id: string): Promise<Row> {
    return this.#all().where('id', '=', id).executeTakeFirstOrThrow();
  }

  #standing() {
    return this.#all().where('deletedAt', 'is', null);
  }

  /** Documents with what is known of their bytes; what was changed last, of the two, is when it was changed. */
  #all() {
    return this.database.query
      .selectFrom((query) =>
        query
          .selectFrom('documents')
          .innerJoin('files', 'files.id', 'documents.fileId')
          .selectAll('documents')
          .select([
            'files.contentType',
            'files.sizeBytes',
            'files.status',
            'files.rejection',
            sql<Temporal.Instant>`greatest(documents.updated_at, files.updated_at)`.as('changedAt'),
          ])
          .as('document'),
      )
      .selectAll();
  }

  #asDocument(row: Row): MedicalDocument {
    const { deletedAt: _, changedAt, ...columns } = row;
    return {
      ...columns,
      title: this.cipher.decrypt(columns.title, place(columns.id)),
      updatedAt: changedAt,
    };
  }
}

type Row = Selectable<Tables['documents']> &
  Pick<Selectable<Tables['files']>, 'contentType' | 'sizeBytes' | 'status' | 'rejection'> & {
    readonly changedAt: Temporal.Instant;
  };

const place = (id: string) => `documents:${id}`;

/** Until its bytes were checked, a document is there for its uploader alone. */
function asRecord({ id, patientId, organizationId, uploadedBy, status }: Row): ChartRecord {
  const draft = status !== 'available';
  return { resource: 'document', id, patientId, organizationId, authorId: uploadedBy, draft };
}
