import { Injectable } from '@nestjs/common';
import { DoctorsService } from '#doctors';
import { Clock } from '#kernel';
import { PracticesService } from '#organizations';
import { PatientsService } from '#patients';
import { licenceOn } from '../access/licence.policy.ts';
import { EncounterReader } from '../encounters/encounter-reader.ts';
import { MedicalHistoriesService } from '../history/medical-histories.service.ts';
import type { Letterhead } from '../prescriptions/prescription.entity.ts';
import { VitalsService } from '../vitals/vitals.service.ts';

/** A weight that is older says too little to judge a dose by. */
const WEIGHT_IS_GOOD_FOR_HOURS = 90 * 24;

/** Gathers what stands on a prescription beside the medicines, as it is at this moment. */
@Injectable()
export class LetterheadsService {
  constructor(
    private readonly clock: Clock,
    private readonly doctors: DoctorsService,
    private readonly encounters: EncounterReader,
    private readonly histories: MedicalHistoriesService,
    private readonly patients: PatientsService,
    private readonly practices: PracticesService,
    private readonly vitals: VitalsService,
  ) {}

  /** @throws forbidden `licence_not_valid` */
  async now(of: {
    readonly organizationId: string;
    readonly practitionerId: string;
    readonly patientId: string;
    readonly appointmentId: string;
  }): Promise<Letterhead> {
    const now = this.clock.now();
    const practice = await this.practices.get(of.organizationId);
    const doctor = await this.doctors.byId(of.practitionerId);
    const today = now.toZonedDateTimeISO(practice.timeZone).toPlainDate().toString();
    const { licenseNumber, licenseCountry } = licenceOn(doctor, today);
    const patient = await this.patients.get(of.patientId);
    const { allergies } = await this.histories.latestOf(of.patientId);
    const weight = await this.vitals.weightOf(
      of.patientId,
      now.subtract({ hours: WEIGHT_IS_GOOD_FOR_HOURS }),
    );
    const encounter = await this.encounters.ofVisit(of.appointmentId);
    return {
      practice: {
        name: practice.name,
        address: (practice.address ?? '').split('\n').filter(Boolean),
        phone: practice.phone ?? null,
        email: practice.email ?? null,
        country: practice.country,
        timeZone: practice.timeZone,
      },
      doctor: {
        name: doctor.name,
        qualifications: doctor.qualifications.join(', ') || null,
        licenceNumber: licenseNumber,
        licenceCountry: licenseCountry,
      },
      patient: {
        name: `${patient.firstName} ${patient.lastName}`,
        dateOfBirth: patient.dateOfBirth,
        sex: patient.sex && SEX[patient.sex],
        weight: weight === null ? null : `${weight} kg`,
        allergies: allergies && allergies.map(({ substance }) => substance),
      },
      diagnoses: encounter?.diagnoses ?? [],
    };
  }
}

const SEX = { female: 'Female', male: 'Male', other: 'Other', unknown: null } as const;
