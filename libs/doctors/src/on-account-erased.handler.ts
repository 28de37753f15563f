import { AccountErased } from '#auth';
import type { Actor } from '#kernel';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { DoctorsService } from './doctors.service.ts';

/** A doctor whose account is gone is found by nobody; prescriptions and visits keep the name. */
@OnEvent(AccountErased, 'doctors.delist')
export class OnAccountErased implements JobHandler<DataOf<typeof AccountErased>> {
  constructor(private readonly doctors: DoctorsService) {}

  handle(_actor: Actor, { userId }: DataOf<typeof AccountErased>): Promise<void> {
    return this.doctors.delist(userId);
  }
}
