import { stateMachine } from '#kernel';
import type { LicenceStatus } from './licence.entity.ts';

/** Of each doctor one licence at most awaits its documents, one is submitted, and one is approved: in force. */
export const licenceStates = stateMachine<LicenceStatus>('licence', {
  awaiting_documents: ['submitted', 'withdrawn'],
  submitted: ['approved', 'rejected', 'withdrawn'],
  approved: ['replaced', 'expired', 'revoked'],
  rejected: [],
  withdrawn: [],
  replaced: [],
  expired: [],
  revoked: [],
});
