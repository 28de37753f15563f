import { AccountErased } from '#auth';
import { KycService } from '#doctors';
import type { Actor } from '#kernel';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { AppointmentsAccountPart } from './appointments.account-part.ts';
import { WaitlistService } from './waitlist/waitlist.service.ts';

/** Calls off what was booked with a doctor in the moment in which their account went, and waits for nobody else. */
@OnEvent(AccountErased, 'appointments.call-off')
export class OnAccountErased implements JobHandler<DataOf<typeof AccountErased>> {
  constructor(
    private readonly kyc: KycService,
    private readonly account: AppointmentsAccountPart,
    private readonly waitlist: WaitlistService,
  ) {}

  async handle(actor: Actor, { userId }: DataOf<typeof AccountErased>): Promise<void> {
    // First the list, so that nothing more can be booked.
    await this.kyc.delist(actor, userId);
    await this.account.callOff({ ...actor, userId });
    await this.waitlist.forget(userId);
  }
}
