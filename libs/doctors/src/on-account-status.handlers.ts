import { AccountDisabled, AccountEnabled } from '#auth';
import type { Actor } from '#kernel';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { KycService } from './kyc.service.ts';

/** A doctor whose account was shut is not found or booked any more. */
@OnEvent(AccountDisabled, 'doctors.suspend')
export class OnAccountDisabled implements JobHandler<DataOf<typeof AccountDisabled>> {
  constructor(private readonly kyc: KycService) {}

  handle(_actor: Actor, { userId }: DataOf<typeof AccountDisabled>): Promise<void> {
    return this.kyc.followAccount(userId);
  }
}

/** A doctor whose account was opened again is found by the licence that they have. */
@OnEvent(AccountEnabled, 'doctors.resume')
export class OnAccountEnabled implements JobHandler<DataOf<typeof AccountEnabled>> {
  constructor(private readonly kyc: KycService) {}

  handle(_actor: Actor, { userId }: DataOf<typeof AccountEnabled>): Promise<void> {
    return this.kyc.followAccount(userId);
  }
}
