import type { Selectable } from 'kysely';
import type { Tables } from '#platform';
import type { BreakGlassStatus } from './break-glass.states.ts';

type Row = Selectable<Tables['breakGlassGrants']>;

export type BreakGlassVerdict = NonNullable<Row['verdict']>;

/** That a doctor opened the chart of a patient whom they do not treat, why, and what was said of it since. */
export interface BreakGlassGrant extends Omit<Row, 'reason' | 'reviewNote' | 'verdict' | 'organizationId'> {
  readonly doctorName: string;
  readonly patientName: string;
  readonly reason: string;
  readonly status: BreakGlassStatus;
  /** For administrators only; `null` to everybody else. */
  readonly reviewNote: string | null;
}

/** Whose chart: by its id, or by what a doctor at the bedside knows. Both parts must be right. */
export type PatientInNeed =
  | { readonly patientId: string }
  | { readonly email: string; readonly dateOfBirth: string };

/** How long a chart stays open. */
export const BREAK_GLASS_LASTS = { minutes: 60 };

const REASON = /^break_glass:([0-9a-f-]{36})$/;

/** What the audit log says instead of the reason, which is health text: where to find it. */
export function breakGlassReason(grantId: string): string {
  return `break_glass:${grantId}`;
}

/** The grant that a reason in the audit log points to. */
export function grantOfReason(reason: string | null): string | null {
  return REASON.exec(reason ?? '')?.[1] ?? null;
}
