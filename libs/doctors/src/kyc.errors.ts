import { conflict, forbidden, invalid } from '#kernel';
import type { KycStatus } from './doctor.entity.ts';

export const licenseExpired = (expiresOn: string) =>
  invalid('license_expired', 'This licence has run out.', { license_expiry: expiresOn });
export const nothingToDecide = (status: KycStatus) =>
  conflict(`kyc_is_${status}`, 'There is no licence of this doctor to decide on in this way.', { status });
export const submissionChanged = (current: string) =>
  conflict('submission_changed', 'The doctor has sent another licence in the meantime. Look at that one.', {
    submission_id: current,
  });
export const licenseRanOut = (expiresOn: string) =>
  conflict('license_expired', 'This licence has run out in the meantime.', { license_expiry: expiresOn });
export const ownLicence = () => forbidden('own_licence', 'Nobody decides on their own licence.');
