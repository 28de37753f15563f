/**
 * Where bytes are before and after their check. The upload link still works for minutes after the upload:
 * it must not reach what was checked.
 */
export const incoming = (fileId: string) => `incoming/${fileId}`;
export const kept = (fileId: string) => `files/${fileId}`;
