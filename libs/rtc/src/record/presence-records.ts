import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { AppointmentsService } from '#appointments';
import { newId } from '#kernel';
import { anyOf, Database, Gathering } from '#platform';
import type { Admission, LeftReason } from '../rooms/room-directory.ts';
import { participantActor, VisitTimeline } from './visit-timeline.ts';

/** How many people who come at the same time are written down in one transaction. */
const MOST_AT_ONCE = 32;

interface Entry {
  readonly step: 'enter';
  readonly admission: Admission;
  readonly at: Temporal.Instant;
}

interface Leave {
  readonly step: 'leave';
  readonly roomId: string;
  readonly participantId: string;
  readonly reason: LeftReason;
  readonly at: Temporal.Instant;
}

/** Who was in a room from when until when, with the lines of the visit's timeline that say so. */
@Injectable()
export class PresenceRecords {
  readonly #steps = new Gathering<Entry | Leave>(
    (steps) => this.database.transaction(() => this.#write(steps)),
    MOST_AT_ONCE,
  );

  constructor(
    private readonly database: Database,
    private readonly appointments: AppointmentsService,
    private readonly timeline: VisitTimeline,
  ) {}

  /** Nothing is written when the room has ended meanwhile: then they are sent out at once. */
  entered(admission: Admission, at: Temporal.Instant): Promise<void> {
    return this.#steps.add({ step: 'enter', admission, at });
  }

  left(roomId: string, participantId: string, reason: LeftReason, at: Temporal.Instant): Promise<void> {
    return this.#steps.add({ step: 'leave', roomId, participantId, reason, at });
  }

  /** In their order: somebody may have come and gone, and come again. */
  async #write(steps: readonly (Entry | Leave)[]): Promise<void> {
    let entries: Entry[] = [];
    let leaves: Leave[] = [];
    for (const step of steps) {
      if (step.step === 'enter') {
        await this.#leave(leaves);
        leaves = [];
        entries.push(step);
      } else {
        await this.#enter(entries);
        entries = [];
        leaves.push(step);
      }
    }
    await this.#enter(entries);
    await this.#leave(leaves);
  }

  async #enter(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    const rooms = await this.#rooms(entries.map(({ admission }) => admission.roomId));
    const open = new Map(rooms.filter(({ status }) => status !== 'ended').map((room) => [room.id, room]));
    const entering = entries
      .flatMap((entry) => {
        const room = open.get(entry.admission.roomId);
        return room ? [{ ...entry, room }] : [];
      })
      // In one order, so that two processes that write down the same people do not block each other.
      .toSorted((one, other) => (one.room.id < other.room.id ? -1 : Number(one.room.id > other.room.id)));
    if (entering.length === 0) return;
    await this.appointments.arrived(
      entering.flatMap(({ admission: { role: side }, room: { appointmentId } }) =>
        side === 'guest' ? [] : [{ appointmentId, side }],
      ),
    );
    const opened = await this.#open(entering);
    for (const entry of entering) {
      const { roomId, participantId } = entry.admission;
      if (opened.has(`${roomId} ${participantId}`)) continue;
      // A process that died could not say that they had left.
      await this.#close([{ roomId, participantId, reason: 'connection_lost', at: entry.at }]);
      await this.#open([entry]);
    }
    await this.timeline.addAll(
      entering.map(({ admission: { participantId, role }, room }) => ({
        actor: participantActor(participantId, role),
        room,
        step: 'enter',
        about: participantId,
      })),
    );
  }

  async #leave(leaves: readonly Leave[]): Promise<void> {
    if (leaves.length === 0) return;
    const closed = await this.#close(leaves);
    const rooms = new Map(
      (await this.#rooms(closed.map(({ roomId }) => roomId))).map((room) => [room.id, room]),
    );
    const lines = closed.flatMap(({ roomId, participantId, role }) => {
      const room = rooms.get(roomId);
      const actor = participantActor(participantId, role);
      return room ? [{ actor, room, step: 'leave' as const, about: participantId }] : [];
    });
    if (lines.length > 0) await this.timeline.addAll(lines);
  }

  /** @returns those for whom nobody had forgotten to close an earlier one. */
  async #open(entries: readonly Entry[]): Promise<Set<string>> {
    const opened = await this.database.query
      .insertInto('roomPresences')
      .values(
        entries.map(({ admission: { roomId, participantId, role }, at }) => ({
          id: newId(),
          roomId,
          participantId,
          role,
          joinedAt: at,
          guestId: role === 'guest' ? participantId : null,
          userId: role === 'guest' ? null : participantId,
        })),
      )
      .onConflict((open) => open.columns(['roomId', 'participantId']).where('leftAt', 'is', null).doNothing())
      .returning(['roomId', 'participantId'])
      .execute();
    return new Set(opened.map(({ roomId, participantId }) => `${roomId} ${participantId}`));
  }

  /** @returns those who had been present. */
  async #close(leaves: readonly Omit<Leave, 'step'>[]) {
    const column = (name: 'roomId' | 'participantId' | 'reason') => leaves.map((leave) => leave[name]);
    const gone = sql<{
      roomId: string;
      participantId: string;
      reason: LeftReason;
      at: Temporal.Instant;
    }>`unnest(
      ${column('roomId')}::uuid[], ${column('participantId')}::uuid[], ${column('reason')}::text[],
      ${leaves.map(({ at }) => at.toString())}::timestamptz[])`.as<'gone'>(
      sql`gone(room_id, participant_id, reason, at)`,
    );
    return this.database.query
      .updateTable('roomPresences as presence')
      .from(gone)
      .set((eb) => ({ leftAt: eb.ref('gone.at'), leftReason: eb.ref('gone.reason') }))
      .whereRef('presence.roomId', '=', 'gone.roomId')
      .whereRef('presence.participantId', '=', 'gone.participantId')
      .where('presence.leftAt', 'is', null)
      .returning(['presence.roomId', 'presence.participantId', 'presence.role'])
      .execute();
  }

  #rooms(ids: readonly string[]) {
    return this.database.query
      .selectFrom('rooms')
      .select(['id', 'appointmentId', 'organizationId', 'status'])
      .where('id', '=', anyOf(ids))
      .execute();
  }
}
