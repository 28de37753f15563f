import { FileAccepted, FileRejected } from '#files';
import type { Actor } from '#kernel';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { IdentityVerificationsService } from './identity-verifications.service.ts';

/** The papers of an attempt come one by one; after each it is seen whether it is complete. */
@OnEvent(FileAccepted, 'auth.identity-file-accepted')
export class OnIdentityFileAccepted implements JobHandler<DataOf<typeof FileAccepted>> {
  constructor(private readonly verifications: IdentityVerificationsService) {}

  async handle(_actor: Actor, { fileId, purpose }: DataOf<typeof FileAccepted>): Promise<void> {
    if (purpose === 'identity') await this.verifications.fileChecked(fileId);
  }
}

/** A paper that is not what it was said to be ends the attempt. */
@OnEvent(FileRejected, 'auth.identity-file-rejected')
export class OnIdentityFileRejected implements JobHandler<DataOf<typeof FileRejected>> {
  constructor(private readonly verifications: IdentityVerificationsService) {}

  async handle(_actor: Actor, { fileId, purpose }: DataOf<typeof FileRejected>): Promise<void> {
    if (purpose === 'identity') await this.verifications.fileChecked(fileId);
  }
}
