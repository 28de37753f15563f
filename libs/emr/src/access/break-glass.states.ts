import { stateMachine } from '#kernel';

/** What an administrator has said of an emergency access. */
export type BreakGlassStatus = 'pending_review' | 'justified' | 'not_justified';

/** A verdict is given once. */
export const breakGlassStates = stateMachine<BreakGlassStatus>('break_glass_access', {
  pending_review: ['justified', 'not_justified'],
  justified: [],
  not_justified: [],
});
