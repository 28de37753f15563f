import type { Selectable } from 'kysely';
import { stateMachine } from '#kernel';
import type { Tables } from '#platform';

export type HandoverStatus = Selectable<Tables['chartHandovers']>['status'];

export const handoverStates = stateMachine<HandoverStatus>('chart_handover', {
  offered: ['accepted', 'declined', 'withdrawn', 'expired'],
  accepted: [],
  declined: [],
  withdrawn: [],
  expired: [],
});
