export * from './accounts.service.ts';
export * from './auth.errors.ts';
export * from './auth.module.ts';
export * from './authentication.service.ts';
export { hashPassword } from './password.ts';
export * from './sessions.service.ts';
export * from './token-issuer.ts';
export type { User } from './user.entity.ts';
