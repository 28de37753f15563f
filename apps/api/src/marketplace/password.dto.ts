import { z } from 'zod';
import { Email, GivenPassword, NewPassword } from './auth.dto.ts';

export const ForgotPassword = z.object({ email: Email });

export const ResetPassword = z.object({
  token: z.string().min(1).max(200).describe('What follows `#token=` in the mailed link.'),
  password: NewPassword,
});

export const ChangePassword = z
  .object({ current_password: GivenPassword, password: NewPassword })
  .transform(({ current_password, password }) => ({ current: current_password, password }));
