import { forbidden, invalid } from '#kernel';
import type { IdentitySide } from './identity-verification.entity.ts';

export const identitySides = (required: readonly IdentitySide[]) =>
  invalid('identity_sides', 'Send each side of this document once, and nothing twice.', { required });
export const documentExpired = (on: string) =>
  invalid('document_expired', 'This document has run out.', { document_expires_on: on });
export const ownIdentity = () =>
  forbidden('own_identity', 'Somebody else decides whether your papers show who you are.');
