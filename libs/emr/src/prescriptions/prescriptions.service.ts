import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { AppointmentsService } from '#appointments';
import { Clock, newId, type Page, type PageRequest, type UserActor } from '#kernel';
import { containing, Database, given, pageOf, within } from '#platform';
import { CarePolicy } from '../access/care.policy.ts';
import type { ChartFilter } from '../access/chart-filter.ts';
import { assertWritable, visitRecord } from '../access/visit.policy.ts';
import { encounterOfOtherVisit, prescriptionIssued } from '../emr.errors.ts';
import { EncounterReader } from '../encounters/encounter-reader.ts';
import type { Prescription, PrescriptionContent, PrescriptionStatus } from './prescription.entity.ts';
import { prescriptionStates } from './prescription.states.ts';
import { asRecord, PrescriptionReader, type PrescriptionRow } from './prescription-reader.ts';
import { PrescriptionSigning } from './prescription-signing.service.ts';
import { newVerificationCode } from './verification-code.ts';

export interface PrescriptionFilter extends ChartFilter {
  readonly appointmentId?: string;
  readonly encounterId?: string;
  readonly status?: PrescriptionStatus;
  /** Matches the number, and the names of patient and doctor. */
  readonly search?: string;
  readonly order?: { readonly by: 'createdAt' | 'updatedAt' | 'issuedAt'; readonly descending: boolean };
}

export interface NewPrescription extends Partial<PrescriptionContent> {
  readonly appointmentId: string;
  /** The encounter of that visit; found by the visit when left out. */
  readonly encounterId?: string;
  readonly items: PrescriptionContent['items'];
  readonly status?: 'draft' | 'issued';
}

export interface PrescriptionChanges extends Partial<PrescriptionContent> {
  readonly status?: PrescriptionStatus;
  readonly cancellationReason?: string;
}

/** What a doctor prescribes in a visit: a draft, then an issued paper that stays as it is or is cancelled. */
@Injectable()
export class PrescriptionsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly care: CarePolicy,
    private readonly reader: PrescriptionReader,
    private readonly signing: PrescriptionSigning,
    private readonly appointments: AppointmentsService,
    private readonly encounters: EncounterReader,
  ) {}

  /** One's own as a doctor, and the issued ones of every chart that the actor may read; newest first. */
  async list(actor: UserActor, filter: PrescriptionFilter, page: PageRequest): Promise<Page<Prescription>> {
    const { patientId, appointmentId, encounterId, status, created, updated, search } = filter;
    if (patientId) await this.care.chart(actor, patientId, 'prescription', 'list');
    const { by, descending } = filter.order ?? { by: 'createdAt', descending: true };
    const found = await pageOf(
      this.reader
        .all()
        .where((eb) =>
          eb.or([
            eb('doctor.userId', '=', actor.userId),
            eb.and([
              eb('prescription.status', '!=', 'draft'),
              eb('prescription.patientId', 'in', this.care.readableCharts(actor)),
            ]),
          ]),
        )
        .where((eb) =>
          eb.and(
            given([
              patientId && eb('prescription.patientId', '=', patientId),
              appointmentId && eb('prescription.appointmentId', '=', appointmentId),
              encounterId && eb('prescription.encounterId', '=', encounterId),
              status && eb('prescription.status', '=', status),
              ...within('prescription.createdAt', created),
              ...within('prescription.updatedAt', updated),
              search &&
                sql<boolean>`(prescription.number || ' ' || doctor.name || ' ' || patient.first_name || ' ' || patient.last_name) ilike ${containing(search)}`,
            ]),
          ),
        )
        .orderBy(`prescription.${by}`, descending ? 'desc' : 'asc')
        .orderBy('prescription.id'),
      page,
    );
    await this.care.recordList(actor, found.items.map(asRecord));
    return { ...found, items: found.items.map((row) => this.reader.asPrescription(row)) };
  }

  /** @throws not_found `prescription_not_found` */
  async get(actor: UserActor, id: string): Promise<Prescription> {
    const row = await this.reader.row(id);
    await this.care.read(actor, asRecord(row));
    return this.reader.asPrescription(row);
  }

  /**
   * The doctor of a visit writes a prescription, as a draft or issued at once.
   * @throws not_found `appointment_not_found`; forbidden `not_the_author`, `licence_not_valid`; invalid
   *   `encounter_of_other_visit`; conflict `visit_not_begun`, `allergy_conflict`, `duplicate_medicine`
   */
  async create(actor: UserActor, prescription: NewPrescription): Promise<Prescription> {
    const {
      appointmentId,
      encounterId,
      status = 'draft',
      items,
      advice,
      allergyOverrideReason,
      duplicateOverrideReason,
    } = prescription;
    const visit = await this.appointments.byId(appointmentId);
    await this.care.assertAuthor(actor, visitRecord(visit), 'write');
    assertWritable(visit);
    const encounter = await this.encounters.ofVisit(appointmentId);
    if (encounterId && encounterId !== encounter?.id) throw encounterOfOtherVisit();
    const content = {
      items,
      advice: advice ?? null,
      allergyOverrideReason: allergyOverrideReason ?? null,
      duplicateOverrideReason: duplicateOverrideReason ?? null,
    };
    const id = newId();
    const now = this.clock.now();
    return this.database.transaction(async () => {
      await this.signing.assertSafe(visit.patientId, content);
      await this.database.query
        .insertInto('prescriptions')
        .values({
          id,
          organizationId: visit.organizationId,
          number: sql<string>`${numberPrefix(now)} || lpad(nextval('prescription_numbers')::text, 6, '0')`,
          encounterId: encounter?.id ?? null,
          appointmentId,
          practitionerId: visit.practitionerId,
          patientId: visit.patientId,
          status: 'draft',
          content: this.reader.seal(id, { ...content, letterhead: null }),
          verificationCode: newVerificationCode(),
          createdAt: now,
          updatedAt: now,
        })
        .execute();
      const row = await this.reader.row(id);
      await this.care.record(actor, asRecord(row), 'create');
      if (status === 'draft') return this.reader.asPrescription(row);
      await this.signing.issue(actor, row, content);
      await this.care.record(actor, asRecord(row), 'issue');
      return this.reader.byId(id);
    });
  }

  /**
   * Changes a draft, issues it, or cancels what was issued. Sending again what stands there changes nothing.
   * @throws not_found `prescription_not_found`; forbidden `not_the_author`, `licence_not_valid`; invalid
   *   `cancellation_reason_required`; conflict `allergy_conflict`, `duplicate_medicine`, `prescription_is_…`
   */
  async update(actor: UserActor, id: string, changes: PrescriptionChanges): Promise<Prescription> {
    await this.care.assertAuthor(actor, asRecord(await this.reader.row(id)), 'write');
    return this.database.transaction(async () => {
      const row = await this.reader.locked(id);
      const { status = row.status, cancellationReason, ...changed } = changes;
      const { letterhead: _, ...before } = this.reader.open(row);
      const content = { ...before, ...changed };
      if (row.status !== 'draft' && !isDeepStrictEqual(content, before)) throw prescriptionIssued();
      if (status !== row.status) prescriptionStates.assert(row.status, status);

      if (status === 'draft') await this.#saveDraft(row, content);
      else if (status === row.status) return this.reader.asPrescription(row);
      else if (status === 'issued') await this.signing.issue(actor, row, content);
      else await this.signing.cancel(actor, row, cancellationReason);
      await this.care.record(actor, asRecord(row), VERBS[status]);
      return this.reader.byId(id);
    });
  }

  /** The newest prescriptions of a chart that stand, for a caller that may read it. */
  async activeOf(patientId: string, limit: number): Promise<Prescription[]> {
    const rows = await this.reader.issuedTo(patientId, limit);
    return rows.map((row) => this.reader.asPrescription(row));
  }

  async #saveDraft({ id, patientId }: PrescriptionRow, content: PrescriptionContent): Promise<void> {
    await this.signing.assertSafe(patientId, content);
    await this.database.query
      .updateTable('prescriptions')
      .set({
        content: this.reader.seal(id, { ...content, letterhead: null }),
        updatedAt: this.clock.now(),
      })
      .where('id', '=', id)
      .execute();
  }
}

const VERBS = { draft: 'update', issued: 'issue', cancelled: 'cancel' } as const;

function numberPrefix(at: Temporal.Instant): string {
  return `RX-${at.toZonedDateTimeISO('UTC').year}-`;
}
