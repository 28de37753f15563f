import { Injectable } from '@nestjs/common';
import { AvailabilityService } from '#availability';
import { DoctorsService, KycService } from '#doctors';
import { FilesService } from '#files';
import type { UserActor } from '#kernel';
import { LICENCE_SCAN } from '../licence-scan.ts';
import type { CastDoctor } from './cast.ts';
import { Till } from './till.ts';
import { Timeline } from './timeline.ts';

/** A licence of the demo is good for this long. */
const LICENCE_YEARS = 3;

/** A doctor's way into the marketplace: profile, licence, hours, and an account to be paid out to. */
@Injectable()
export class DoctorPractice {
  constructor(
    private readonly timeline: Timeline,
    private readonly files: FilesService,
    private readonly doctors: DoctorsService,
    private readonly kyc: KycService,
    private readonly availability: AvailabilityService,
    private readonly till: Till,
  ) {}

  async open(actor: UserActor, admin: UserActor, doctor: CastDoctor): Promise<void> {
    const { profile, practice, licence, kyc } = doctor;
    const { id: doctorId } = await this.doctors.register(actor, profile, {
      ...practice,
      timeZone: profile.timeZone,
    });
    await this.#setHours(actor, doctor);
    const uploads = await this.kyc.submit(actor, {
      licenseNumber: licence,
      licenseCountry: practice.country,
      licenseExpiresOn: this.#today(doctor).add({ years: LICENCE_YEARS }).toString(),
      documents: [{ kind: 'licence', contentType: 'image/png', sizeBytes: LICENCE_SCAN.length }],
    });
    for (const { fileId } of uploads) {
      await this.files.fill(fileId, async () => LICENCE_SCAN);
      await this.kyc.documentAccepted(actor, fileId);
    }
    if (kyc === 'approved') {
      await this.kyc.decide(admin, { doctorId, status: 'approved' });
      await this.till.openAccount(actor, payeeOf(doctor));
    } else if (kyc !== 'submitted') {
      await this.kyc.decide(admin, { doctorId, status: 'rejected', reason: kyc.rejected });
    }
  }

  async #setHours(actor: UserActor, doctor: CastDoctor): Promise<void> {
    const { weekdays, from, to, break: pause, away } = doctor.hours;
    for (const weekday of weekdays) {
      await this.availability.create(actor, {
        kind: 'weekly',
        weekday,
        startTime: from,
        endTime: to,
        breaks: [{ start: pause[0], end: pause[1] }],
      });
    }
    if (away === undefined) return;
    const date = this.#today(doctor).add({ days: away }).toString();
    await this.availability.create(actor, { kind: 'off', date });
  }

  #today({ profile }: CastDoctor): Temporal.PlainDate {
    return this.timeline.end.toZonedDateTimeISO(profile.timeZone).toPlainDate();
  }
}

/** A tax number and a bank account of nobody, in India: nowhere else does a provider ask for them here. */
function payeeOf({ firstName, lastName, practice }: CastDoctor) {
  const legalName = `${firstName} ${lastName}`;
  return {
    legalName,
    email: practice.email ?? 'payouts@televisit.test',
    phone: practice.phone ?? '+918000000000',
    pan: 'ABCPR1234F',
    address: {
      street: '14, 3rd Cross, Indiranagar',
      city: 'Bengaluru',
      state: 'Karnataka',
      postalCode: '560038',
    },
    bank: { accountNumber: '50100012345678', ifsc: 'HDFC0000317', holder: legalName },
  };
}
