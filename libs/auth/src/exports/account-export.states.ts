import { stateMachine } from '#kernel';
import type { AccountExportStatus } from './account-export.entity.ts';

/** A job that is tried again begins anew; one that never ends is given up when the person asks again. */
export const accountExportStates = stateMachine<AccountExportStatus>('account_export', {
  queued: ['assembling', 'failed', 'expired'],
  assembling: ['assembling', 'ready', 'failed', 'expired'],
  ready: ['expired'],
  failed: [],
  expired: [],
});
