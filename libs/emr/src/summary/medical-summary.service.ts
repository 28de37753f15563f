import { Injectable } from '@nestjs/common';
import { type Appointment, AppointmentsService } from '#appointments';
import { Clock, type UserActor } from '#kernel';
import type { Patient } from '#patients';
import { CarePolicy, type ChartReference } from '../access/care.policy.ts';
import type { MedicalDocument } from '../documents/document.entity.ts';
import { DocumentsService } from '../documents/documents.service.ts';
import type { Encounter } from '../encounters/encounter.entity.ts';
import { EncountersService } from '../encounters/encounters.service.ts';
import { MedicalHistoriesService } from '../history/medical-histories.service.ts';
import type { MedicalHistory } from '../history/medical-history.entity.ts';
import type { Prescription } from '../prescriptions/prescription.entity.ts';
import { PrescriptionsService } from '../prescriptions/prescriptions.service.ts';
import type { Vitals } from '../vitals/vitals.entity.ts';
import { VitalsService } from '../vitals/vitals.service.ts';

/** What a chart has, whoever reads it. */
export interface ChartContent {
  readonly history: MedicalHistory;
  readonly latestVitals: Vitals | null;
  readonly encounters: readonly Encounter[];
  /** Issued and not cancelled. */
  readonly prescriptions: readonly Prescription[];
  readonly documents: readonly MedicalDocument[];
}

/** A chart at a glance. */
export interface MedicalSummary extends ChartContent {
  readonly patient: Patient;
  /** Those that the reader takes part in. */
  readonly upcomingVisits: readonly Appointment[];
}

/** How many of each the summary shows; the lists have the rest. */
const SHOWN = 20;

@Injectable()
export class MedicalSummaryService {
  constructor(
    private readonly clock: Clock,
    private readonly care: CarePolicy,
    private readonly appointments: AppointmentsService,
    private readonly documents: DocumentsService,
    private readonly encounters: EncountersService,
    private readonly histories: MedicalHistoriesService,
    private readonly prescriptions: PrescriptionsService,
    private readonly vitals: VitalsService,
  ) {}

  /** @throws not_found `patient_not_found` */
  async get(actor: UserActor, reference: ChartReference): Promise<MedicalSummary> {
    const patient = await this.care.openChart(actor, reference, 'medical_summary');
    const { id } = patient;
    const [content, upcoming] = await Promise.all([
      this.contentOf(id),
      this.appointments.list(
        actor,
        {
          patientId: id,
          status: ['scheduled', 'arrived', 'in_progress'],
          // A running visit that is late is still to be shown.
          startsFrom: this.clock.now().subtract({ hours: 2 }),
        },
        { page: 1, pageSize: SHOWN },
      ),
    ]);
    return { patient, ...content, upcomingVisits: upcoming.items };
  }

  /** For a caller that may read the chart. */
  async contentOf(patientId: string): Promise<ChartContent> {
    const [history, latestVitals, encounters, prescriptions, documents] = await Promise.all([
      this.histories.latestOf(patientId),
      this.vitals.latestOf(patientId),
      this.encounters.latestOf(patientId, SHOWN),
      this.prescriptions.activeOf(patientId, SHOWN),
      this.documents.latestOf(patientId, SHOWN),
    ]);
    return { history, latestVitals, encounters, prescriptions, documents };
  }
}
