import type { Selectable } from 'kysely';
import type { Tables } from '#platform';

/** One row of the audit log: who did or tried what, to whose record, why and from where. */
export type AuditEntry = Omit<Selectable<Tables['auditLog']>, 'hash' | 'previousHash'>;

/** What the caller of an audited action knows of it. */
export interface AuditedAction {
  /** `<resource>.<verb>`, for example `encounter.read`. */
  readonly action: string;
  readonly resource: string;
  readonly resourceId?: string | null;
  /** Whose chart it is, where it is one. */
  readonly patientId?: string | null;
  /** The practice whose record it is; left out for the platform's own. */
  readonly organizationId?: string | null;
  readonly outcome?: 'allowed' | 'denied';
  readonly reason?: string;
}
