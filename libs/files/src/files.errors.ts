import { conflict, invalid, tooLarge } from '#kernel';
import type { FileRejection, FileStatus } from './stored-file.ts';

export const fileTypeNotAllowed = (contentTypes: readonly string[]) =>
  invalid('file_type_not_allowed', 'Files of this type are not taken here.', { content_types: contentTypes });

export const fileTooLarge = (maxBytes: number) =>
  tooLarge('file_too_large', 'The file is too large.', { max_bytes: maxBytes });

export const fileNotUploaded = () =>
  conflict('file_not_uploaded', 'The bytes are not there: send them to the upload address first.');

export const uploadIsOver = (status: FileStatus) =>
  conflict('upload_is_over', 'The file was uploaded already.', { status });

const WHY_NOT_AVAILABLE: Readonly<Record<FileStatus, string>> = {
  pending_upload: 'The file is not here yet: send its bytes, then POST to /api/files/{id}/complete/.',
  quarantined: 'The file is still being checked.',
  rejected: 'What was uploaded was refused.',
  available: 'The file has been taken away.',
};
export const fileNotAvailable = (status: FileStatus, rejection: FileRejection | null) =>
  conflict('file_not_available', WHY_NOT_AVAILABLE[status], { status, rejection });
