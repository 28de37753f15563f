import { expect } from 'expect';

/** An id as every answer has it. */
export const ID = expect.stringMatching(/^[0-9a-f-]{36}$/);
/** An instant as every answer has it. */
export const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

/** An answer that refuses, with more in its details or without. */
export const failure = (status: number, code: string) => ({
  status,
  body: { status: 'error', details: { code } },
});
