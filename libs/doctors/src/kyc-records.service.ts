import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { AuditService } from '#audit';
import { type FileLink, FilesService } from '#files';
import { hasRole, notFound, type Page, type PageRequest, type Period, type UserActor } from '#kernel';
import { containing, Database, given, pageOf, within } from '#platform';
import { type Doctor } from './doctor.entity.ts';
import { DoctorsService } from './doctors.service.ts';
import { LICENCE_COLUMNS, type Licence, type LicenceStatus } from './licence.entity.ts';
import { LicenceRecords } from './licence-records.ts';

export interface LicenceFilter {
  readonly status?: LicenceStatus;
  readonly country?: string;
  /** Matches the doctor's name and the licence's number. */
  readonly search?: string;
  readonly created?: Period;
  readonly updated?: Period;
  readonly order?: {
    readonly by: 'submittedAt' | 'expiresOn' | 'createdAt' | 'updatedAt';
    readonly descending: boolean;
  };
}

/** What is known of a doctor's right to practise. */
export interface KycRecord {
  readonly doctor: Doctor;
  /** Newest first. */
  readonly licences: readonly Licence[];
}

/** Reading what doctors sent in. It is theirs and the administrators', and every look is audited. */
@Injectable()
export class KycRecordsService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly doctors: DoctorsService,
    private readonly files: FilesService,
    private readonly licences: LicenceRecords,
  ) {}

  /** A doctor by id, or `me`. @throws not_found `doctor_not_found`, also for somebody else's */
  async get(actor: UserActor, doctorId: string): Promise<KycRecord> {
    const doctor = doctorId === 'me' ? await this.doctors.own(actor) : await this.doctors.byId(doctorId);
    const allowed = doctor.userId === actor.userId || hasRole(actor, 'admin');
    await this.audit.record(actor, {
      action: 'licence.read',
      resource: 'licence',
      resourceId: null,
      organizationId: doctor.organizationId,
      outcome: allowed ? 'allowed' : 'denied',
    });
    if (!allowed) throw notFound('doctor');
    const rows = await this.database.query
      .selectFrom('licences')
      .select(LICENCE_COLUMNS)
      .where('doctorId', '=', doctor.id)
      .orderBy('createdAt', 'desc')
      .orderBy('id', 'desc')
      .execute();
    return { doctor, licences: await this.licences.complete(rows) };
  }

  /** Links to the documents that can be fetched, by file, for somebody to whom `get` gave the record. */
  async links({ licences }: KycRecord): Promise<ReadonlyMap<string, FileLink>> {
    const fetchable = licences
      .flatMap(({ documents }) => documents)
      .filter(({ file }) => file.status === 'available' && file.discardedAt === null);
    return new Map(
      await Promise.all(
        fetchable.map(async ({ kind, file }) => [file.id, await this.files.link(file.id, kind)] as const),
      ),
    );
  }

  /** Everything that doctors have sent in, what was submitted last first. For administrators. */
  async list(
    actor: UserActor,
    filter: LicenceFilter,
    page: PageRequest,
  ): Promise<Page<Licence & { readonly doctorName: string }>> {
    const { status, country, search, created, updated } = filter;
    const { by, descending } = filter.order ?? { by: 'submittedAt', descending: true };
    const found = await pageOf(
      this.database.query
        .selectFrom('licences')
        .innerJoin('doctors', 'doctors.id', 'licences.doctorId')
        .select(LICENCE_COLUMNS.map((column) => `licences.${column}` as const))
        .select('doctors.name as doctorName')
        .where((eb) =>
          eb.and(
            given([
              status && eb('licences.status', '=', status),
              country && eb('licences.country', '=', country),
              search &&
                sql<boolean>`concat_ws(' ', doctors.name, licences.number) ilike ${containing(search)}`,
              ...within('licences.createdAt', created),
              ...within('licences.updatedAt', updated),
            ]),
          ),
        )
        .orderBy(`licences.${by}`, (order) => (descending ? order.desc() : order.asc()).nullsLast())
        .orderBy('licences.id'),
      page,
    );
    await this.audit.record(actor, { action: 'licence.list', resource: 'licence' });
    const licences = await this.licences.complete(found.items);
    return {
      ...found,
      items: licences.map((licence, place) => ({
        ...licence,
        doctorName: found.items[place]?.doctorName ?? '',
      })),
    };
  }
}
