import { z } from 'zod';
import { defineQueue } from '#platform';

/** A code has to reach a phone or a mailbox. */
export const SendCode = defineQueue('auth.send-code', z.object({ codeId: z.uuid() }));

/** Somebody has said that they forgot the password of an address; whether anybody has it, the job finds out. */
export const AnswerPasswordReset = defineQueue('auth.answer-password-reset', z.object({ resetId: z.uuid() }));

const SECURITY_NOTICES = [
  'identity_relinked',
  'identity_unlinked',
  'password_changed',
  'second_factor_disabled',
  'second_factor_enabled',
] as const;
export type SecurityNotice = (typeof SECURITY_NOTICES)[number];

/** The owner of an account is told of what was done to its keys. */
export const TellOwner = defineQueue(
  'auth.tell-owner',
  z.object({ noticeId: z.uuid(), userId: z.uuid(), notice: z.enum(SECURITY_NOTICES) }),
);
