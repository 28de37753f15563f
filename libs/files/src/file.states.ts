import { stateMachine } from '#kernel';
import type { FileStatus } from './stored-file.ts';

/** What the server made itself needs no quarantine; what nobody brought within a day is given up. */
export const fileStates = stateMachine<FileStatus>('file', {
  pending_upload: ['quarantined', 'available', 'rejected'],
  quarantined: ['available', 'rejected'],
  available: [],
  rejected: [],
});
