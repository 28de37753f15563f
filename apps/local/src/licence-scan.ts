/** What the doctors of the demo send in as the scan of their licence: a picture of one grey pixel (PNG). */
export const LICENCE_SCAN = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==',
  'base64',
);
