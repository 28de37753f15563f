import type { Selectable } from 'kysely';
import { stateMachine } from '#kernel';
import type { Tables } from '#platform';

export type BulkState = Selectable<Tables['notificationBulks']>['state'];

export const bulkStates = stateMachine<BulkState>('bulk', {
  queued: ['sending', 'cancelled'],
  sending: ['completed', 'cancelled'],
  completed: [],
  cancelled: [],
});
