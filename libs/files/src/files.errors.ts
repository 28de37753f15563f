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

export const fileNotAvailable = (status: FileStatus, rejection: FileRejection | null) =>
  conflict('file_not_available', 'The file cannot be fetched.', { status, rejection });
