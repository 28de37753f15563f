import { Injectable } from '@nestjs/common';
import { MedicalHistoriesService, VitalsService } from '#emr';
import type { UserActor } from '#kernel';
import { PatientsService } from '#patients';
import type { CastPatient } from './cast.ts';

/** What a patient says of themselves before they see a doctor. */
@Injectable()
export class PatientCharts {
  constructor(
    private readonly patients: PatientsService,
    private readonly histories: MedicalHistoriesService,
    private readonly vitals: VitalsService,
  ) {}

  async open(actor: UserActor, { dateOfBirth, sex, history, atHome }: CastPatient): Promise<void> {
    await this.patients.updatePersonal(actor, { dateOfBirth, sex });
    if (history) await this.histories.update(actor, 'me', history);
    if (atHome) await this.vitals.record(actor, 'me', { measurements: atHome });
  }
}
