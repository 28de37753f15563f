import { stateMachine } from '#kernel';
import type { EncounterStatus } from './encounter.entity.ts';

/** Signed is signed: from then on each change is an amendment, which is a version of its own. */
export const encounterStates = stateMachine<EncounterStatus>('encounter', {
  draft: ['finalized'],
  finalized: ['amended'],
  amended: ['amended'],
});
