import { FileAccepted } from '#files';
import type { Actor } from '#kernel';
import { type DataOf, type JobHandler, OnEvent } from '#platform';
import { KycService } from './kyc.service.ts';

@OnEvent(FileAccepted, 'doctors.submit-licence')
export class OnFileAccepted implements JobHandler<DataOf<typeof FileAccepted>> {
  constructor(private readonly kyc: KycService) {}

  async handle(actor: Actor, { fileId, purpose }: DataOf<typeof FileAccepted>): Promise<void> {
    if (purpose === 'licence') await this.kyc.documentAccepted(actor, fileId);
  }
}
