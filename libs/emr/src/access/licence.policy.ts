import type { Doctor } from '#doctors';
import { licenceNotValid } from '../emr.errors.ts';

/**
 * The licence with which a doctor acts on a day, given as `2026-03-01`.
 * @throws forbidden `licence_not_valid` unless it is approved and has not run out
 */
export function licenceOn(
  { kycStatus, licenseNumber, licenseCountry, licenseExpiresOn }: Doctor,
  today: string,
): { readonly licenseNumber: string; readonly licenseCountry: string } {
  if (kycStatus !== 'approved' || !licenseNumber || !licenseCountry || (licenseExpiresOn ?? '') < today) {
    throw licenceNotValid();
  }
  return { licenseNumber, licenseCountry };
}
