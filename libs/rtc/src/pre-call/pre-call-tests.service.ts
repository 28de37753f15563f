import { Injectable } from '@nestjs/common';
import { Clock, newId, type Page, type PageRequest, type UserActor } from '#kernel';
import { Database, pageOf, Translator } from '#platform';
import { RoomRecords } from '../rooms/room-records.ts';
import { type MemberRole, roleIn } from '../rooms/visit-room.entity.ts';
import { notAMember, roomEnded } from '../rtc.errors.ts';
import { judge, type PreCallFindings, type PreCallProblem, type Verdict } from './pre-call-verdict.ts';

/** A test as it is kept, with its verdict in the reader's language. */
export interface PreCallTest {
  readonly id: string;
  readonly roomId: string;
  readonly role: MemberRole;
  readonly findings: PreCallFindings;
  readonly verdict: Verdict;
  readonly problems: readonly PreCallProblem[];
  /** What it comes to, and what to do about each problem. */
  readonly summary: string;
  readonly advice: readonly string[];
  readonly createdAt: Temporal.Instant;
}

/** What the people of a visit found out about their devices and connections before it. */
@Injectable()
export class PreCallTestsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly records: RoomRecords,
    private readonly translator: Translator,
  ) {}

  /** @throws not_found `room_not_found`; forbidden `not_a_participant`; gone `room_ended` */
  async save(actor: UserActor, roomId: string, findings: PreCallFindings): Promise<PreCallTest> {
    const room = await this.records.visible(actor, roomId);
    const role = roleIn(room, actor.userId);
    if (!role) throw notAMember();
    if (room.status === 'ended') throw roomEnded(room.endReason);
    const test = { id: newId(), roomId, role, findings, createdAt: this.clock.now() };
    await this.database.query
      .insertInto('roomPreCallTests')
      .values({
        ...test,
        userId: actor.userId,
        verdict: judge(findings).verdict,
        findings: JSON.stringify(findings),
      })
      .execute();
    return this.#told(test, await this.#languageOf(actor.userId));
  }

  /**
   * Newest first: to the doctor and administrators everybody's, to the patient their own.
   * @throws not_found `room_not_found`
   */
  async list(actor: UserActor, roomId: string, page: PageRequest): Promise<Page<PreCallTest>> {
    const room = await this.records.visible(actor, roomId);
    const onlyOwn = roleIn(room, actor.userId) === 'patient';
    const found = await pageOf(
      this.database.query
        .selectFrom('roomPreCallTests')
        .select(['id', 'roomId', 'role', 'findings', 'createdAt'])
        .where('roomId', '=', room.id)
        .$if(onlyOwn, (query) => query.where('userId', '=', actor.userId))
        .orderBy('createdAt', 'desc')
        .orderBy('id'),
      page,
    );
    const language = await this.#languageOf(actor.userId);
    return {
      ...found,
      items: found.items.map(({ findings, role, ...test }) =>
        this.#told(
          { ...test, role: role as MemberRole, findings: findings as unknown as PreCallFindings },
          language,
        ),
      ),
    };
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
