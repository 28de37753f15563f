import { Injectable } from '@nestjs/common';
import { type Selectable, sql } from 'kysely';
import { AuditService } from '#audit';
import { DoctorsService } from '#doctors';
import {
  Clock,
  DomainError,
  hasRole,
  newId,
  notFound,
  type Page,
  type PageRequest,
  type Period,
  type UserActor,
} from '#kernel';
import { type Patient, PatientsService } from '#patients';
import { containing, Database, FieldCipher, given, Jobs, pageOf, type Tables, within } from '#platform';
import { alreadyTreating, breakGlassOpen, ownEmergency, tooManyEmergencies } from '../emr.errors.ts';
import { ChartOpenedInEmergency } from '../events.ts';
import {
  BREAK_GLASS_LASTS,
  type BreakGlassGrant,
  type BreakGlassVerdict,
  breakGlassReason,
  type PatientInNeed,
} from './break-glass.entity.ts';
import { type BreakGlassStatus, breakGlassStates } from './break-glass.states.ts';
import { wholeChart } from './care.policy.ts';
import { CareGrounds } from './care-grounds.ts';
import { licenceOn } from './licence.policy.ts';

export interface BreakGlassFilter {
  readonly patientId?: string;
  readonly doctorId?: string;
  readonly status?: BreakGlassStatus;
  /** Matches the names of doctor and patient. */
  readonly search?: string;
  readonly granted?: Period;
  readonly reviewed?: Period;
  readonly order?: { readonly by: 'grantedAt' | 'reviewedAt'; readonly descending: boolean };
}

const RESOURCE = 'break_glass_access';
/** So that nobody finds out by trying who is a patient here: this many misses in this time. */
const MISSES = 10;
const MISSES_WITHIN = { hours: 1 };

/** Emergency access: a doctor opens the chart of a patient whom they do not treat, and answers for it. */
@Injectable()
export class BreakGlassService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly cipher: FieldCipher,
    private readonly grounds: CareGrounds,
    private readonly audit: AuditService,
    private readonly doctors: DoctorsService,
    private readonly patients: PatientsService,
  ) {}

  /**
   * Opens a chart for reading, for BREAK_GLASS_LASTS. The patient is told.
   * @throws not_found `doctor_not_found`, `patient_not_found`; forbidden `licence_not_valid`; conflict
   *   `already_treating`, `break_glass_open`; rate_limited `too_many_attempts`
   */
  async open(actor: UserActor, need: PatientInNeed, reason: string): Promise<BreakGlassGrant> {
    const doctor = await this.doctors.own(actor);
    licenceOn(doctor, this.clock.now().toZonedDateTimeISO('UTC').toPlainDate().toString());
    const patient = await this.#find(actor, need);
    if (await this.grounds.cares(actor.userId, patient.id)) throw alreadyTreating();
    const id = newId();
    const grantedAt = this.clock.now();
    return this.database.transaction(async () => {
      await this.database.lock(`${RESOURCE}:${actor.userId}:${patient.id}`);
      await this.#assertNoneStands(actor.userId, patient.id);
      await this.database.query
        .insertInto('breakGlassGrants')
        .values({
          id,
          organizationId: patient.organizationId,
          patientId: patient.id,
          doctorId: doctor.id,
          userId: actor.userId,
          reason: this.cipher.encrypt(reason, place(id)),
          grantedAt,
          expiresAt: grantedAt.add(BREAK_GLASS_LASTS),
        })
        .execute();
      await this.audit.record(actor, {
        ...auditedAs(patient, id),
        action: `${RESOURCE}.open`,
        reason: breakGlassReason(id),
      });
      await this.jobs.publish(ChartOpenedInEmergency, { grantId: id, patientId: patient.id });
      return this.#asGrant(actor, await this.#row(id));
    });
  }

  /** Every one for an administrator; for others those of their charts, and those that they took themselves. */
  async list(actor: UserActor, filter: BreakGlassFilter, page: PageRequest): Promise<Page<BreakGlassGrant>> {
    const { patientId, doctorId, status, search, granted, reviewed } = filter;
    const { by, descending } = filter.order ?? { by: 'grantedAt', descending: true };
    const found = await pageOf(
      this.#visible(actor)
        .where((eb) =>
          eb.and(
            given([
              patientId && eb('grant.patientId', '=', patientId),
              doctorId && eb('grant.doctorId', '=', doctorId),
              status && sql<boolean>`${STATUS} = ${status}`,
              search &&
                sql<boolean>`fold(doctor.name || ' ' || patient.first_name || ' ' || patient.last_name) like fold(${containing(search)})`,
              ...within('grant.grantedAt', granted),
              ...within('grant.reviewedAt', reviewed),
            ]),
          ),
        )
        .orderBy(`grant.${by}`, (order) => (descending ? order.desc() : order.asc()).nullsLast())
        .orderBy('grant.id'),
      page,
    );
    return { ...found, items: found.items.map((row) => this.#asGrant(actor, row)) };
  }

  /** @throws not_found `break_glass_access_not_found`, also for one that the actor may not see */
  async get(actor: UserActor, id: string): Promise<BreakGlassGrant> {
    const row = await this.#visible(actor).where('grant.id', '=', id).executeTakeFirst();
    if (!row) throw notFound(RESOURCE);
    return this.#asGrant(actor, row);
  }

  /**
   * An administrator says what they think of it, once. What was not justified ends at once.
   * @throws not_found `break_glass_access_not_found`; forbidden `own_break_glass`; conflict
   *   `break_glass_access_is_…`
   */
  async review(
    actor: UserActor,
    id: string,
    { verdict, note }: { readonly verdict: BreakGlassVerdict; readonly note: string | null },
  ): Promise<BreakGlassGrant> {
    return this.database.transaction(async () => {
      await this.database.lock(`${RESOURCE}:${id}`);
      const row = await this.#row(id);
      if (row.userId === actor.userId) throw ownEmergency();
      breakGlassStates.assert(row.verdict ?? 'pending_review', verdict);
      await this.database.query
        .updateTable('breakGlassGrants')
        .set({
          verdict,
          reviewNote: note === null ? null : this.cipher.encrypt(note, `${place(id)}:note`),
          reviewedBy: actor.userId,
          reviewedAt: this.clock.now(),
        })
        .where('id', '=', id)
        .execute();
      const { patientId, organizationId } = row;
      await this.audit.record(actor, {
        action: `${RESOURCE}.review`,
        resource: RESOURCE,
        resourceId: id,
        patientId,
        organizationId,
      });
      return this.#asGrant(actor, await this.#row(id));
    });
  }

  /** The reasons that doctors gave, by the ids of the grants; for a caller that may read them. */
  async reasons(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (ids.length === 0) return new Map();
    const rows = await this.database.query
      .selectFrom('breakGlassGrants')
      .select(['id', 'reason'])
      .where('id', 'in', [...ids])
      .execute();
    return new Map(rows.map(({ id, reason }) => [id, this.cipher.decrypt(reason, place(id))]));
  }

  /** A miss looks the same whatever was wrong, and is written down. */
  async #find(actor: UserActor, need: PatientInNeed): Promise<Patient> {
    await this.#assertFewMisses(actor);
    const patient =
      'patientId' in need
        ? await this.patients.get(need.patientId).catch(unlessFound)
        : await this.patients.byIdentity(need.email, need.dateOfBirth);
    if (patient) return patient;
    await this.audit.record(actor, {
      action: `${RESOURCE}.open`,
      resource: RESOURCE,
      outcome: 'denied',
      reason: 'patient_not_found',
    });
    throw notFound('patient');
  }

  async #assertFewMisses(actor: UserActor): Promise<void> {
    const misses = await this.audit.list(
      actor,
      {
        actorUserId: actor.userId,
        action: `${RESOURCE}.open`,
        outcome: 'denied',
        from: this.clock.now().subtract(MISSES_WITHIN),
      },
      { page: 1, pageSize: MISSES },
    );
    const oldest = misses.items[MISSES - 1];
    if (oldest) throw tooManyEmergencies(oldest.at.add(MISSES_WITHIN));
  }

  async #assertNoneStands(userId: string, patientId: string): Promise<void> {
    const standing = await this.grounds.standing(userId, patientId);
    if (standing) throw breakGlassOpen(standing.id, standing.expiresAt);
  }

  #visible(actor: UserActor) {
    const all = this.#all();
    if (hasRole(actor, 'admin')) return all;
    return all.where((eb) =>
      eb.or([
        eb('grant.userId', '=', actor.userId),
        eb('grant.patientId', 'in', this.grounds.ownCharts(actor.userId)),
      ]),
    );
  }

  #all() {
    return this.database.query
      .selectFrom('breakGlassGrants as grant')
      .innerJoin('doctors as doctor', 'doctor.id', 'grant.doctorId')
      .innerJoin('patients as patient', 'patient.id', 'grant.patientId')
      .selectAll('grant')
      .select([
        'doctor.name as doctorName',
        sql<string>`patient.first_name || ' ' || patient.last_name`.as('patientName'),
      ]);
  }

  async #row(id: string): Promise<Row> {
    const row = await this.#all().where('grant.id', '=', id).executeTakeFirst();
    if (!row) throw notFound(RESOURCE);
    return row;
  }

  #asGrant(actor: UserActor, row: Row): BreakGlassGrant {
    const { organizationId: _, verdict, reason, reviewNote, ...columns } = row;
    return {
      ...columns,
      reason: this.cipher.decrypt(reason, place(row.id)),
      status: verdict ?? 'pending_review',
      reviewNote:
        reviewNote && hasRole(actor, 'admin')
          ? this.cipher.decrypt(reviewNote, `${place(row.id)}:note`)
          : null,
    };
  }
}

type Row = Selectable<Tables['breakGlassGrants']> & {
  readonly doctorName: string;
  readonly patientName: string;
};

const STATUS = sql`coalesce("grant".verdict::text, 'pending_review')`;

const place = (id: string) => `break_glass_grants:${id}`;

function auditedAs(patient: Patient, grantId: string) {
  const { id: _, ...chart } = wholeChart(patient, RESOURCE);
  return { ...chart, resourceId: grantId };
}

function unlessFound(error: unknown): undefined {
  if (error instanceof DomainError && error.kind === 'not_found') return undefined;
  throw error;
}
