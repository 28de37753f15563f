import { stateMachine } from '#kernel';
import type { KycStatus } from './doctor.entity.ts';

/** Only an approved doctor with an unexpired licence is listed and can be booked. */
export const kycStates = stateMachine<KycStatus>('kyc', {
  unsubmitted: ['submitted'],
  submitted: ['submitted', 'approved', 'rejected'],
  approved: ['submitted', 'rejected', 'expired'],
  rejected: ['submitted'],
  expired: ['submitted'],
});
