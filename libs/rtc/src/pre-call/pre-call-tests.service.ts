import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { Clock, newId, type Page, type PageRequest, type Period, type UserActor } from '#kernel';
import { Database, pageOf, Translator, within } from '#platform';
import { GuestEntrance } from '../guests/guest-entrance.service.ts';
import type { GuestKind, RoomRole } from '../protocol/protocol.ts';
import { RoomRecords } from '../rooms/room-records.ts';
import { roleIn, type VisitRoom } from '../rooms/visit-room.entity.ts';
import { notAMember, roomEnded } from '../rtc.errors.ts';
import { judge, type PreCallFindings, type PreCallProblem, type Verdict } from './pre-call-verdict.ts';

/** A test as it is kept, with its verdict in the reader's language. */
export interface PreCallTest {
  readonly id: string;
  readonly roomId: string;
  /** Whose devices and connection. */
  readonly participantId: string;
  readonly name: string;
  readonly role: RoomRole;
  readonly guestKind: GuestKind | null;
  readonly findings: PreCallFindings;
  readonly verdict: Verdict;
  readonly problems: readonly PreCallProblem[];
  /** What it comes to, and what to do about each problem. */
  readonly summary: string;
  readonly advice: readonly string[];
  readonly createdAt: Temporal.Instant;
}

export interface PreCallTestFilter {
  readonly created?: Period;
  readonly order?: { readonly by: 'createdAt'; readonly descending: boolean };
}

/** What the people of a visit found out about their devices and connections before it. */
@Injectable()
export class PreCallTestsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly records: RoomRecords,
    private readonly guests: GuestEntrance,
    private readonly translator: Translator,
  ) {}

  /** @throws not_found `room_not_found`; forbidden `not_a_participant`; gone `room_ended` */
  async save(actor: UserActor, roomId: string, findings: PreCallFindings): Promise<PreCallTest> {
    const room = await this.records.visible(actor, roomId);
    const role = roleIn(room, actor.userId);
    if (!role) throw notAMember();
    if (room.status === 'ended') throw roomEnded(room.endReason);
    const tester = { participantId: actor.userId, role, name: room[role].name, guestKind: null };
    return this.#keep(room, tester, findings, await this.#languageOf(actor.userId));
  }

  /**
   * For who has a key to the visit and no account.
   * @throws not_found `guest_key_not_found`; gone `guest_withdrawn`, `room_ended`
   */
  async saveAsGuest(key: string, findings: PreCallFindings, language: string): Promise<PreCallTest> {
    const { guest, room } = await this.guests.byKey(key);
    const { id: participantId, displayName: name, kind: guestKind } = guest;
    return this.#keep(room, { participantId, role: 'guest', name, guestKind }, findings, language);
  }

  /**
   * Newest first unless asked otherwise: to the doctor and administrators everybody's, to the patient their own.
   * @throws not_found `room_not_found`
   */
  async list(
    actor: UserActor,
    roomId: string,
    { created, order = { by: 'createdAt', descending: true } }: PreCallTestFilter,
    page: PageRequest,
  ): Promise<Page<PreCallTest>> {
    const room = await this.records.visible(actor, roomId);
    const onlyOwn = roleIn(room, actor.userId) === 'patient';
    const found = await pageOf(
      this.database.query
        .selectFrom('roomPreCallTests as test')
        .leftJoin('roomGuests as guest', 'guest.id', 'test.guestId')
        .select(['test.id', 'test.role', 'test.findings', 'test.createdAt', 'guest.displayName'])
        .select(['guest.kind as guestKind'])
        .select(sql<string>`coalesce(test.user_id, test.guest_id)`.as('participantId'))
        .where('test.roomId', '=', room.id)
        .$if(onlyOwn, (query) => query.where('test.userId', '=', actor.userId))
        .where((eb) => eb.and(within('test.createdAt', created)))
        .orderBy(`test.${order.by}`, order.descending ? 'desc' : 'asc')
        .orderBy('test.id'),
      page,
    );
    const language = await this.#languageOf(actor.userId);
    return {
      ...found,
      items: found.items.map(({ displayName, findings, ...test }) => {
        const name = test.role === 'guest' ? (displayName ?? '') : room[test.role].name;
        // What was written by #keep.
        const found = findings as unknown as PreCallFindings;
        return this.#told({ ...test, roomId, name, findings: found }, language);
      }),
    };
  }

  async #keep(
    room: VisitRoom,
    tester: Pick<PreCallTest, 'participantId' | 'role' | 'name' | 'guestKind'>,
    findings: PreCallFindings,
    language: string,
  ): Promise<PreCallTest> {
    const test = { id: newId(), roomId: room.id, findings, createdAt: this.clock.now() };
    const { participantId, role } = tester;
    await this.database.query
      .insertInto('roomPreCallTests')
      .values({
        ...test,
        role,
        ...(role === 'guest' ? { guestId: participantId } : { userId: participantId }),
        verdict: judge(findings).verdict,
        findings: JSON.stringify(findings),
      })
      .execute();
    return this.#told({ ...test, ...tester }, language);
  }

  #told(
    test: Omit<PreCallTest, 'verdict' | 'problems' | 'summary' | 'advice'>,
    language: string,
  ): PreCallTest {
    const { verdict, problems } = judge(test.findings);
    return {
      ...test,
      verdict,
      problems,
      summary: this.translator.text(language, `rtc:pre_call.${verdict}`),
      advice: problems.map((problem) => this.translator.text(language, `rtc:pre_call.advice.${problem}`)),
    };
  }

  async #languageOf(userId: string): Promise<string> {
    const { language } = await this.database.query
      .selectFrom('users')
      .select('language')
      .where('id', '=', userId)
      .executeTakeFirstOrThrow();
    return language;
  }
}
