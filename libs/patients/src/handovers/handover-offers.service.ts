import { Injectable } from '@nestjs/common';
import { AccountsService } from '#auth';
import { Clock, newId, notFound, type UserActor } from '#kernel';
import { Database, Jobs, Transactional } from '#platform';
import { DependantsService } from '../dependants.service.ts';
import { ofAgeOn } from './coming-of-age.ts';
import { handoverOpen, handoverToOneself, notOfAge, tooManyInvitations } from './handover.errors.ts';
import { type Handover, HandoverRecords } from './handover-records.ts';
import { InviteToChart } from './invite-to-chart.handler.ts';

/** How long an offer stands. */
const OFFER_DAYS = 14;
/** How many invitations a guardian sends in a day: each is a mail to an address that they typed. */
const INVITATIONS_A_DAY = 5;

/** A guardian offers a chart to the person it is about. Taking it is HandoversService's. */
@Injectable()
export class HandoverOffersService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    private readonly accounts: AccountsService,
    private readonly dependants: DependantsService,
    private readonly records: HandoverRecords,
  ) {}

  /**
   * Offers a chart to whoever has an address, and invites them by mail.
   * @throws not_found `patient_not_found`; conflict `not_of_age`, `handover_open`; invalid `handover_to_oneself`;
   *   rate_limited `too_many_invitations`
   */
  async offer(actor: UserActor, patientId: string, email: string): Promise<Handover> {
    const { dateOfBirth } = await this.dependants.get(actor, patientId);
    const ofAge = ofAgeOn(dateOfBirth);
    if (ofAge > this.clock.now().toZonedDateTimeISO('UTC').toPlainDate().toString()) throw notOfAge(ofAge);
    const guardian = await this.accounts.byId(actor.userId);
    if (guardian.email.toLowerCase() === email.toLowerCase()) throw handoverToOneself();
    return this.records.byId(await this.add(actor, patientId, email));
  }

  /** The newest offer of a chart. @throws not_found `patient_not_found`, `chart_handover_not_found` */
  async newest(actor: UserActor, patientId: string): Promise<Handover> {
    await this.dependants.get(actor, patientId);
    const row = await this.records
      .all()
      .where('handover.patientId', '=', patientId)
      .orderBy('handover.createdAt', 'desc')
      .orderBy('handover.id', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (!row) throw notFound('chart_handover');
    return this.records.asItIs(row);
  }

  /** Takes an offer back. Doing it twice is doing it once. @throws as `newest`; conflict `chart_handover_is_…` */
  @Transactional()
  async withdraw(actor: UserActor, patientId: string): Promise<void> {
    const { id, status } = await this.newest(actor, patientId);
    if (status !== 'withdrawn') await this.records.move(actor, id, 'withdrawn');
  }

  @Transactional()
  private async add(actor: UserActor, patientId: string, email: string): Promise<string> {
    await this.database.lock(`handovers:${actor.userId}`);
    await this.#assertFewToday(actor.userId);
    const now = this.clock.now();
    const db = this.database.query;
    await db
      .updateTable('chartHandovers')
      .set({ status: 'expired', updatedAt: now })
      .where('patientId', '=', patientId)
      .where('status', '=', 'offered')
      .where('expiresAt', '<=', now)
      .execute();
    const id = newId();
    const added = await db
      .insertInto('chartHandovers')
      .values({
        id,
        patientId,
        guardianUserId: actor.userId,
        email,
        status: 'offered',
        expiresAt: now.add({ hours: OFFER_DAYS * 24 }),
        createdAt: now,
        updatedAt: now,
      })
      // No target: a prepared statement's parameters would hide from PostgreSQL which partial index is meant.
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst();
    if (!added) throw handoverOpen();
    await this.jobs.send(InviteToChart, { handoverId: id });
    await this.records.record(actor, { id, patientId }, 'offered');
    return id;
  }

  async #assertFewToday(userId: string): Promise<void> {
    const { sent } = await this.database.query
      .selectFrom('chartHandovers')
      .select(({ fn }) => fn.countAll<number>().as('sent'))
      .where('guardianUserId', '=', userId)
      .where('createdAt', '>', this.clock.now().subtract({ hours: 24 }))
      .executeTakeFirstOrThrow();
    if (sent >= INVITATIONS_A_DAY) throw tooManyInvitations(INVITATIONS_A_DAY);
  }
}
