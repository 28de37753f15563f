import { stateMachine } from '#kernel';
import type { KycStatus } from './doctor.entity.ts';

/**
 * Only an approved doctor with an unexpired licence is listed and can be booked. A new licence of an approved
 * doctor waits beside the one in force, so the doctor stays approved until that one ends. What is withdrawn leaves
 * things as they were. A doctor whose account is shut is `suspended` until it is opened again.
 */
export const kycStates = stateMachine<KycStatus>('kyc', {
  unsubmitted: ['submitted'],
  submitted: ['approved', 'rejected', 'unsubmitted', 'expired', 'revoked', 'suspended'],
  approved: ['submitted', 'expired', 'revoked', 'suspended'],
  suspended: ['approved', 'submitted', 'expired', 'revoked'],
  rejected: ['submitted'],
  expired: ['submitted'],
  revoked: ['submitted'],
});
