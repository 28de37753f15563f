import { stateMachine } from '#kernel';
import type { DocumentStatus } from './document.entity.ts';

/** What the server made itself needs no quarantine. */
export const documentStates = stateMachine<DocumentStatus>('document', {
  pending_upload: ['quarantined', 'available'],
  quarantined: ['available', 'rejected'],
  available: [],
  rejected: [],
});
