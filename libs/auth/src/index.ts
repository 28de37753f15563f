export { AccountModule } from './account.module.ts';
export * from './account-administration.service.ts';
export { AccountErasureService } from './account-erasure.service.ts';
export { AccountErased } from './account-events.ts';
export type { AccountExport, OwnExport } from './account-export.entity.ts';
export { AccountExportsService } from './account-exports.service.ts';
export { type AccountPart, type ErasureObstacle, KeepsOfAccount } from './account-part.ts';
export { AccountParts } from './account-parts.ts';
export * from './accounts.service.ts';
export * from './auth.errors.ts';
export * from './auth.module.ts';
export * from './authentication.service.ts';
export type { AuthorizationRequest } from './cognito.provider.ts';
export * from './cognito.service.ts';
export * from './contact-verification.service.ts';
export * from './events.ts';
export { IdentityDecisionsService } from './identity-decisions.service.ts';
export type {
  BegunVerification,
  IdentityVerification,
  ListedVerification,
  OwnIdentity,
  ShownVerification,
} from './identity-verification.entity.ts';
export { IdentityExpired, IdentityRejected, IdentityVerified } from './identity-verification.events.ts';
export { IdentityVerificationsService } from './identity-verifications.service.ts';
export * from './logins.service.ts';
export { hashPassword } from './password.ts';
export * from './password-logins.service.ts';
export * from './password-resets.service.ts';
export { MIN_PASSWORD_LENGTH } from './password-strength.ts';
export * from './passwords.service.ts';
export * from './second-factor.service.ts';
export * from './second-factor-enrolment.service.ts';
export * from './sessions.service.ts';
export * from './token-issuer.ts';
export type { User } from './user.entity.ts';
