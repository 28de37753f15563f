import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { localDay } from '#availability';
import { type Doctor, isLicensed } from '#doctors';
import { Clock, DomainError } from '#kernel';
import { BuiltOnce, Config, Database, violatedConstraint } from '#platform';
import {
  dayFull,
  patientBusy,
  slotNotOffered,
  slotTaken,
  tooManyHolds,
} from '../visits/appointment.errors.ts';
import { isLive } from '../visits/live-visits.ts';
import { type OfferedSlot, SlotsService } from './slots.service.ts';

/** What stands between a wish for a time and the row that takes it: the hours, the queue, and who was first. */
@Injectable()
export class SlotClaims {
  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly slots: SlotsService,
  ) {}

  /**
   * The slot at `start`, which may be of the hours of a doctor who takes no new bookings.
   * @throws conflict `slot_not_offered` with the nearest free slots
   */
  async offered(
    doctor: Doctor,
    start: Temporal.Instant,
    options: { readonly notice?: boolean } = {},
  ): Promise<OfferedSlot> {
    const slot = await this.slots.onGrid(doctor, start, options);
    if (!slot || !isLicensed(doctor, start)) throw slotNotOffered(await this.slots.nearest(doctor, start));
    return slot;
  }

  /** Runs a write that takes `slot`. @throws conflict `slot_taken`, `day_full` with the nearest free slots */
  async taking(doctor: Doctor, slot: OfferedSlot, write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      const refused = refusalOf(error);
      if (!refused) throw error;
      throw refused(await this.slots.nearest(doctor, slot.start));
    }
  }

  /** Waits in line for the time of the two people and looks that it is free. @throws as `assertFree` */
  async claim(doctor: Doctor, patientId: string, slot: OfferedSlot): Promise<void> {
    await this.lock(doctor.id, patientId);
    await this.assertFree(doctor, patientId, slot);
  }

  /**
   * Everybody who wants time of this practitioner or this patient queues here. The exclusion constraints
   * alone are safe, but under load their losers deadlock one by one. The order is always the same, so no
   * two bookings wait for each other.
   */
  async lock(practitionerId: string, patientId: string): Promise<void> {
    await this.database.lock(`practitioner:${practitionerId}`, `patient:${patientId}`);
  }

  /**
   * Between two visits of the practitioner lies the buffer of the first; the patient needs none. Holds that have
   * lapsed give way. The caller has the lock.
   * @throws conflict `slot_taken`, `day_full`, `patient_busy`
   */
  async assertFree(doctor: Doctor, patientId: string, slot: OfferedSlot, exceptId?: string): Promise<void> {
    const now = this.clock.now();
    const inTheWay = await IN_THE_WAY.execute(this.database, {
      practitionerId: doctor.id,
      patientId,
      start: slot.start,
      end: slot.end,
      keptUntil: slot.end.add({ minutes: slot.bufferMinutes }),
    });
    for (const other of inTheWay) {
      if (other.id === exceptId) continue;
      const lapsed = other.holdExpiresAt && Temporal.Instant.compare(other.holdExpiresAt, now) <= 0;
      if (lapsed && (await this.#expire(other.id))) continue;
      throw other.practitionerId === doctor.id ? slotTaken([]) : patientBusy(other.id);
    }
    await this.#assertDayHasRoom(doctor, slot, exceptId);
  }

  /**
   * Who pays for nothing would keep others from a whole calendar. The hold that has just been made counts.
   * @throws conflict `too_many_holds`
   */
  async assertPays(userId: string): Promise<void> {
    const most = this.config.env.MAX_UNPAID_HOLDS;
    const [held] = await HELD_BY.execute(this.database, { userId, now: this.clock.now() });
    if (held && held.count > most) throw tooManyHolds(most);
  }

  /** A day of the practitioner's own zone takes as many visits as they say, those that are over included. */
  async #assertDayHasRoom(
    { id, timeZone, dailyLimit }: Doctor,
    { start }: OfferedSlot,
    exceptId?: string,
  ): Promise<void> {
    if (dailyLimit === null) return;
    const { visits } = await this.database.query
      .selectFrom('appointments')
      .select(sql<number>`count(*)`.as('visits'))
      .where('practitionerId', '=', id)
      .where('status', 'not in', ['cancelled', 'expired'])
      .where((eb) => eb.or([eb('status', '<>', 'held'), eb('holdExpiresAt', '>', this.clock.now())]))
      .where((eb) =>
        eb.or(
          localDay(timeZone, start.epochMilliseconds).map((stretch) =>
            eb.and([
              eb('startsAt', '>=', Temporal.Instant.fromEpochMilliseconds(stretch.start)),
              eb('startsAt', '<', Temporal.Instant.fromEpochMilliseconds(stretch.end)),
            ]),
          ),
        ),
      )
      .$if(exceptId !== undefined, (query) => query.where('id', '<>', exceptId ?? ''))
      .executeTakeFirstOrThrow();
    if (visits >= dailyLimit) throw dayFull([]);
  }

  /**
   * Lets go of a hold that has lapsed; its job comes later and finds it expired.
   * @returns whether it was still held: a payment may have confirmed it a moment ago.
   */
  async #expire(id: string): Promise<boolean> {
    const { numUpdatedRows } = await this.database.query
      .updateTable('appointments')
      .set({ status: 'expired', updatedAt: this.clock.now() })
      .where('id', '=', id)
      .where('status', '=', 'held')
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }
}

interface Wish {
  practitionerId: string;
  patientId: string;
  start: Temporal.Instant;
  end: Temporal.Instant;
  /** The end, and the buffer after it. */
  keptUntil: Temporal.Instant;
}

interface OtherVisit {
  readonly id: string;
  readonly practitionerId: string;
  readonly holdExpiresAt: Temporal.Instant | null;
}

const IN_THE_WAY = new BuiltOnce<Wish, OtherVisit>((query, value) =>
  query
    .selectFrom('appointments')
    .select(['id', 'practitionerId', 'holdExpiresAt'])
    .where(isLive)
    .where((eb) =>
      eb.or([
        eb.and([
          eb('practitionerId', '=', value('practitionerId')),
          eb('startsAt', '<', value('keptUntil')),
          eb(sql`minutes_after(ends_at, buffer_minutes)`, '>', value('start')),
        ]),
        eb.and([
          eb('patientId', '=', value('patientId')),
          eb('startsAt', '<', value('end')),
          eb('endsAt', '>', value('start')),
        ]),
      ]),
    ),
);

const HELD_BY = new BuiltOnce<{ userId: string; now: Temporal.Instant }, { count: number }>((query, value) =>
  query
    .selectFrom('appointments')
    .select(sql<number>`count(*)`.as('count'))
    .where('bookedBy', '=', value('userId'))
    .where(sql<boolean>`status = 'held'`)
    .where('holdExpiresAt', '>', value('now')),
);

/** The error that a refused write is to the caller, who is told what is free instead. */
function refusalOf(error: unknown): typeof slotTaken | undefined {
  if (error instanceof DomainError && error.code === 'day_full') return dayFull;
  const isTaken =
    (error instanceof DomainError &&
      (error.code === 'slot_taken' || error.details['constraint'] === 'appointments_practitioner_overlap')) ||
    violatedConstraint(error) === 'appointments_practitioner_overlap';
  return isTaken ? slotTaken : undefined;
}
