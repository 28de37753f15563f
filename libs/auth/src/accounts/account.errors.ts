import { conflict, forbidden } from '#kernel';
import type { ErasureObstacle } from './account-part.ts';

export const wrongPassword = () => forbidden('wrong_password', 'The password is wrong.');
export const freshLoginRequired = () =>
  forbidden('fresh_login_required', 'Send the password, or log in again and repeat this within ten minutes.');
export const lastAdmin = () => conflict('last_admin', 'This is the last administrator.');
export const accountInUse = (obstacles: readonly ErasureObstacle[]) =>
  conflict('account_in_use', 'Something has to come to its end before the account can be erased.', {
    obstacles,
  });
