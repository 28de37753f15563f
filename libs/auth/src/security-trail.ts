import { Injectable } from '@nestjs/common';
import { AuditService } from '#audit';
import { type Actor, newId } from '#kernel';
import { Jobs } from '#platform';
import { type SecurityNotice, TellOwner } from './queues.ts';

/** What is done to the keys of an account: audited, and mailed to its owner, which no preference turns off. */
@Injectable()
export class SecurityTrail {
  constructor(
    private readonly jobs: Jobs,
    private readonly audit: AuditService,
  ) {}

  /** Called in the transaction that does it. */
  async record(actor: Actor, userId: string, action: string, notice?: SecurityNotice): Promise<void> {
    await this.audit.record(actor, { action, resource: 'account', resourceId: userId });
    if (notice) await this.jobs.send(TellOwner, { noticeId: newId(), userId, notice });
  }
}
