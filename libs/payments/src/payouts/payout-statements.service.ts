import { Injectable } from '@nestjs/common';
import { AuditService } from '#audit';
import { AccountsService } from '#auth';
import { DoctorsService } from '#doctors';
import { type FileLink, FilesService } from '#files';
import { notFound, type UserActor } from '#kernel';
import { PracticesService } from '#organizations';
import { Database } from '#platform';
import type { Paper, Words } from '../documents/paper.ts';
import { PapersService } from '../documents/papers.service.ts';
import { payoutNotPaid } from '../payments.errors.ts';
import type { Payout } from './payout.entity.ts';
import { sumsOf } from './payout-line.entity.ts';
import { PayoutLinesService } from './payout-lines.service.ts';
import { PayoutRecordsService } from './payout-records.service.ts';
import { statementPaper } from './payout-statement.ts';

/** The paper of a payout. It says what was paid, and does not change when some of that comes back. */
@Injectable()
export class PayoutStatementsService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly files: FilesService,
    private readonly accounts: AccountsService,
    private readonly papers: PapersService,
    private readonly doctors: DoctorsService,
    private readonly practices: PracticesService,
    private readonly payouts: PayoutRecordsService,
    private readonly lines: PayoutLinesService,
  ) {}

  /**
   * Renders the statement, once, and gives a link to it.
   * @throws not_found `payout_not_found`; conflict `payout_not_paid`
   */
  async get(actor: UserActor, id: string): Promise<FileLink> {
    const payout = await this.payouts.get(id);
    if (payout.status !== 'paid') throw payoutNotPaid(payout.status);
    const fileId = await this.database.transaction(() => this.#reserve(actor, payout));
    await this.papers.fill(fileId, await this.#languageOf(payout), (words) => this.#write(payout, words));
    return this.files.link(fileId, `payout-${id}`);
  }

  /** A doctor's own. @throws not_found `doctor_not_found`, `payout_not_found`; conflict `payout_not_paid` */
  async getOwn(actor: UserActor, id: string): Promise<FileLink> {
    const doctor = await this.doctors.own(actor);
    const { practitionerId } = await this.payouts.get(id);
    if (practitionerId !== doctor.id) throw notFound('payout');
    return this.get(actor, id);
  }

  /** Its place is reserved before it is rendered: callers at the same time share it. */
  async #reserve(actor: UserActor, { id, organizationId, practitionerId }: Payout): Promise<string> {
    const { statementFileId } = await this.payouts.locked(id);
    await this.audit.record(actor, {
      action: 'payout.statement_read',
      resource: 'payout',
      resourceId: id,
      organizationId,
    });
    if (statementFileId !== null && (await this.#stands(statementFileId))) return statementFileId;
    const { userId } = await this.doctors.byId(practitionerId);
    const fileId = await this.files.reserve({
      ownerId: userId,
      purpose: 'statement',
      contentType: 'application/pdf',
    });
    await this.database.query
      .updateTable('payouts')
      .set({ statementFileId: fileId })
      .where('id', '=', id)
      .execute();
    return fileId;
  }

  /** A place that nobody filled is given up after a while. */
  async #stands(fileId: string): Promise<boolean> {
    const file = (await this.files.byIds([fileId])).get(fileId);
    return file !== undefined && file.status !== 'rejected';
  }

  async #write(payout: Payout, words: Words): Promise<Paper> {
    const { name, timeZone } = await this.doctors.byId(payout.practitionerId);
    const { name: practice, country, address = null } = await this.practices.get(payout.organizationId);
    const lines = await this.lines.ofPayout(payout.id);
    return statementPaper(
      {
        payout,
        sums: sumsOf(lines, payout.amount.currency),
        lines,
        doctor: { name, timeZone },
        practice: { name: practice, country, address },
      },
      words,
    );
  }

  async #languageOf({ practitionerId }: Payout): Promise<string> {
    const { userId } = await this.doctors.byId(practitionerId);
    return (await this.accounts.byId(userId)).language;
  }
}
