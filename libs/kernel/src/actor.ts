export const ROLES = ['patient', 'doctor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/**
 * Who is acting. Made once per request, socket or job, after the token and the membership were checked,
 * and passed as the first argument of every service method.
 */
export interface Actor {
  /** `null` for the system itself: a job, a webhook, a schedule. */
  readonly userId: string | null;
  readonly roles: readonly Role[];
  /** The practice in whose name the actor acts, where the surface has tenants. */
  readonly organizationId?: string;
  /** The login session behind the token; it can be revoked. */
  readonly sessionId?: string;
  readonly requestId: string;
  /** Where the request came from, for the audit trail. */
  readonly address?: string;
}

/** An actor with an account. */
export type UserActor = Actor & { readonly userId: string };

export function systemActor(requestId: string): Actor {
  return { userId: null, roles: [], requestId };
}

export function hasRole(actor: Actor, role: Role): boolean {
  return actor.roles.includes(role);
}

export function isSystem(actor: Actor): boolean {
  return actor.userId === null;
}
