import { Injectable } from '@nestjs/common';
import { AccountsService, hashPassword } from '#auth';
import { newId, type Role, systemActor, type UserActor } from '#kernel';
import { Database } from '#platform';
import { ADMIN, type CastDoctor, type CastPatient, emailOf, PASSWORD } from './cast.ts';
import { DoctorPractice } from './doctor-practice.ts';
import { PatientCharts } from './patient-charts.ts';

/** Gives everybody in the cast an account and what belongs to it. */
@Injectable()
export class People {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsService,
    private readonly practice: DoctorPractice,
    private readonly charts: PatientCharts,
  ) {}

  /** Whether the cast is there already. */
  async arrived(): Promise<boolean> {
    return (await this.#find(ADMIN.key)) !== undefined;
  }

  /** Somebody of the cast, to act for. */
  async actor(key: string): Promise<UserActor> {
    const user = await this.#find(key);
    if (!user) throw new Error(`${emailOf(key)} has no account.`);
    return { userId: user.id, roles: user.roles as Role[], requestId: newId() };
  }

  async admin(): Promise<void> {
    await this.#register(ADMIN, ['admin'], 'UTC');
  }

  async doctor(doctor: CastDoctor): Promise<void> {
    await this.#register(doctor, ['doctor'], doctor.profile.timeZone);
    await this.practice.open(await this.actor(doctor.key), await this.actor(ADMIN.key), doctor);
  }

  async patient(patient: CastPatient): Promise<void> {
    await this.#register(patient, ['patient'], patient.timeZone);
    await this.charts.open(await this.actor(patient.key), patient);
  }

  /** One hash for all of them: each costs 19 MiB and two passes, and this password is no secret. */
  async setPassword(): Promise<void> {
    await this.database.query
      .updateTable('users')
      .set({ passwordHash: await hashPassword(PASSWORD) })
      .where('passwordHash', 'is', null)
      .where('email', 'like', emailOf('%'))
      .execute();
  }

  async #register(
    { key, firstName, lastName }: { key: string; firstName: string; lastName: string },
    roles: Role[],
    timeZone: string,
  ): Promise<void> {
    await this.accounts.register(systemActor(newId()), {
      email: emailOf(key),
      emailVerified: true,
      password: null,
      firstName,
      lastName,
      timeZone,
      roles,
    });
  }

  #find(key: string) {
    return this.database.query
      .selectFrom('users')
      .select(['id', 'roles'])
      .where('email', '=', emailOf(key))
      .executeTakeFirst();
  }
}
