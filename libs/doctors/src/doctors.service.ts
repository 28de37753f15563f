import { Injectable } from '@nestjs/common';
import type { Selectable } from 'kysely';
import { AuditService } from '#audit';
import { AccountsService } from '#auth';
import { Clock, chargeStep, conflict, invalid, type Money, notFound, type UserActor } from '#kernel';
import { type NewPractice, PracticesService } from '#organizations';
import { BuiltOnce, Database, type Tables, Transactional, violatedConstraint } from '#platform';
import type { CancellationPolicy } from './cancellation-policy.ts';
import { asDoctor, DOCTOR_COLUMNS, type Doctor, isLicensed } from './doctor.entity.ts';
import { noDoctorProfile } from './doctors.errors.ts';

export interface DoctorProfile {
  readonly name: string;
  readonly gender?: 'female' | 'male' | 'other' | null;
  readonly bio?: string;
  readonly qualifications?: string[];
  readonly specialties: string[];
  readonly languages: string[];
  readonly yearsOfExperience?: number | null;
  readonly fee: Money;
  /** `null` for the platform's own. Visits that are booked keep the one they were booked under. */
  readonly cancellationPolicy?: CancellationPolicy | null;
  readonly timeZone: string;
  readonly slotMinutes?: number;
  readonly bufferMinutes?: number;
  readonly minimumNoticeMinutes?: number;
  readonly bookingHorizonDays?: number;
  /** How many visits a day takes, by the calendar of `timeZone`; `null` for as many as fit. */
  readonly dailyLimit?: number | null;
  readonly acceptingPatients?: boolean;
}

@Injectable()
export class DoctorsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly audit: AuditService,
    private readonly accounts: AccountsService,
    private readonly practices: PracticesService,
  ) {}

  /**
   * Gives the actor a marketplace profile and a practice of their own. Nobody sees the profile before the
   * licence is approved.
   * @throws conflict `doctor_already_registered`; invalid `fee_not_chargeable`
   */
  @Transactional()
  async register(actor: UserActor, profile: DoctorProfile, practice: NewPractice): Promise<Doctor> {
    const now = this.clock.now();
    const { fee, cancellationPolicy, ...columns } = profile;
    assertChargeable(fee);
    const { organizationId, staffMemberId } = await this.practices.open(actor, practice, {
      userId: actor.userId,
      name: profile.name,
    });
    await this.accounts.grantRole(actor.userId, 'doctor');
    try {
      const row = await this.database.query
        .insertInto('doctors')
        .values({
          ...columns,
          id: staffMemberId,
          organizationId,
          userId: actor.userId,
          feeAmount: fee.amount,
          feeCurrency: fee.currency,
          cancellationPolicy: cancellationPolicy && JSON.stringify(cancellationPolicy),
          createdAt: now,
          updatedAt: now,
        })
        .returning(DOCTOR_COLUMNS)
        .executeTakeFirstOrThrow();
      return asDoctor(row);
    } catch (error) {
      if (violatedConstraint(error) !== 'doctors_user_id_key') throw error;
      throw conflict('doctor_already_registered', 'This account has a doctor profile already.');
    }
  }

  /** The actor's own profile, in whatever state. @throws not_found `doctor_profile_not_found` */
  async own(actor: UserActor): Promise<Doctor> {
    const row = await this.database.query
      .selectFrom('doctors')
      .select(DOCTOR_COLUMNS)
      .where('userId', '=', actor.userId)
      .executeTakeFirst();
    if (!row) throw noDoctorProfile();
    return asDoctor(row);
  }

  /**
   * Audited, since it may change the name that a licence was approved for.
   * @throws not_found `doctor_profile_not_found`; invalid `fee_not_chargeable`
   */
  @Transactional()
  async updateOwn(
    actor: UserActor,
    { fee, cancellationPolicy, ...changes }: Partial<DoctorProfile>,
  ): Promise<Doctor> {
    if (fee) assertChargeable(fee);
    const row = await this.database.query
      .updateTable('doctors')
      .set({
        ...changes,
        ...(fee && { feeAmount: fee.amount, feeCurrency: fee.currency }),
        cancellationPolicy: cancellationPolicy && JSON.stringify(cancellationPolicy),
        updatedAt: this.clock.now(),
      })
      .where('userId', '=', actor.userId)
      .returning(DOCTOR_COLUMNS)
      .executeTakeFirst();
    if (!row) throw noDoctorProfile();
    await this.audit.record(actor, {
      action: 'doctor.update',
      resource: 'doctor',
      resourceId: row.id,
      organizationId: row.organizationId,
    });
    return asDoctor(row);
  }

  /** A doctor as anybody may see them: approved and with a licence that has not run out. */
  async listed(doctorId: string): Promise<Doctor> {
    const doctor = await this.byId(doctorId);
    if (!isLicensed(doctor, this.clock.now())) throw notFound('doctor');
    return doctor;
  }

  /** A doctor in whatever state, for code that works on their records. */
  async byId(doctorId: string): Promise<Doctor> {
    const [row] = await BY_ID.execute(this.database, { id: doctorId });
    if (!row) throw notFound('doctor');
    return asDoctor(row);
  }

  /** Keeps the sums behind the mean rating. In the transaction of the review that changes them. */
  async countRating(
    doctorId: string,
    change: { readonly total: number; readonly count: number },
  ): Promise<void> {
    await this.database.query
      .updateTable('doctors')
      .set((eb) => ({
        ratingTotal: eb('ratingTotal', '+', change.total),
        ratingCount: eb('ratingCount', '+', change.count),
      }))
      .where('id', '=', doctorId)
      .execute();
  }
}

const BY_ID = new BuiltOnce<
  { id: string },
  Pick<Selectable<Tables['doctors']>, (typeof DOCTOR_COLUMNS)[number]>
>((query, value) => query.selectFrom('doctors').select(DOCTOR_COLUMNS).where('id', '=', value('id')));

/** A fee that nobody can pay is refused when it is set, not when somebody comes to pay it. */
function assertChargeable({ amount, currency }: Money): void {
  const step = chargeStep(currency);
  if (amount % step === 0) return;
  throw invalid('fee_not_chargeable', 'This currency is charged in steps only.', { step });
}
