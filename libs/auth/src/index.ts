export { AccountModule } from './accounts/account.module.ts';
export * from './accounts/account-administration.service.ts';
export { AccountErasureService } from './accounts/account-erasure.service.ts';
export { AccountErased } from './accounts/account-events.ts';
export { type AccountPart, type ErasureObstacle, KeepsOfAccount } from './accounts/account-part.ts';
export { AccountParts } from './accounts/account-parts.ts';
export * from './accounts/accounts.service.ts';
export type { User } from './accounts/user.entity.ts';
export * from './auth.errors.ts';
export * from './auth.module.ts';
export type { AuthorizationRequest } from './cognito/cognito.provider.ts';
export * from './cognito/cognito.service.ts';
export * from './cognito/identities.service.ts';
export * from './contacts/contact-verification.service.ts';
export * from './events.ts';
export type { AccountExport, OwnExport } from './exports/account-export.entity.ts';
export { AccountExportReady } from './exports/account-export.events.ts';
export { AccountExportsService } from './exports/account-exports.service.ts';
export { IdentityDecisionsService } from './identity/identity-decisions.service.ts';
export type {
  BegunVerification,
  IdentityVerification,
  ListedVerification,
  OwnIdentity,
  ShownVerification,
} from './identity/identity-verification.entity.ts';
export {
  IdentityExpired,
  IdentityRejected,
  IdentityVerified,
} from './identity/identity-verification.events.ts';
export { IdentityVerificationsService } from './identity/identity-verifications.service.ts';
export { hashPassword } from './passwords/password.ts';
export * from './passwords/password-logins.service.ts';
export * from './passwords/password-resets.service.ts';
export { MIN_PASSWORD_LENGTH } from './passwords/password-strength.ts';
export * from './passwords/passwords.service.ts';
export * from './second-factor/second-factor.service.ts';
export * from './second-factor/second-factor-enrolment.service.ts';
export * from './sessions/authentication.service.ts';
export * from './sessions/logins.service.ts';
export * from './sessions/sessions.service.ts';
export * from './sessions/token-issuer.ts';
