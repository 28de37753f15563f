import { type JobHandler, OnSchedule } from '#platform';
import { LedgerChainService } from './ledger-chain.service.ts';

/** Gives what was booked since its place in the chain. */
@OnSchedule('* * * * *', 'payments.seal-ledger')
export class SealLedgerHandler implements JobHandler<Record<string, never>> {
  constructor(private readonly chain: LedgerChainService) {}

  async handle(): Promise<void> {
    await this.chain.seal();
  }
}
