/**
 * Where bytes are before and after their check. The upload link still works for minutes after the upload:
 * it must not reach what was checked.
 */
export const incoming = (fileId: string) => `incoming/${fileId}`;
/** Under the hash of the bytes: what is put there a second time changes nothing. */
export const kept = (fileId: string, sha256: Uint8Array) =>
  `files/${fileId}/${Buffer.from(sha256).toString('hex')}`;
