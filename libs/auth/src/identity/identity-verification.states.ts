import { stateMachine } from '#kernel';
import type { IdentityStatus } from './identity-verification.entity.ts';

/** Where a person stands. A new attempt takes the place of one whose papers have not come. */
export const identityStates = stateMachine<IdentityStatus>('identity_verification', {
  unsubmitted: ['pending_upload'],
  pending_upload: ['pending_upload', 'submitted', 'rejected'],
  submitted: ['approved', 'rejected'],
  approved: ['expired'],
  rejected: ['pending_upload'],
  expired: ['pending_upload'],
});
