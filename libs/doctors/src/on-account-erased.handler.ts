import { AccountErased } from '#auth';
import type { Actor } from '#kernel';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { KycService } from './kyc.service.ts';

/** A doctor whose account is gone is found by nobody; prescriptions and visits keep the name. */
@OnEvent(AccountErased, 'doctors.delist')
export class OnAccountErased implements JobHandler<DataOf<typeof AccountErased>> {
  constructor(private readonly kyc: KycService) {}

  handle(actor: Actor, { userId }: DataOf<typeof AccountErased>): Promise<void> {
    return this.kyc.delist(actor, userId);
  }
}
