import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { newVerificationCode, readVerificationCode, writeVerificationCode } from './verification-code.ts';

describe('verification code', () => {
  it('has 16 signs of Crockford’s alphabet and is never the same', () => {
    const codes = Array.from({ length: 1000 }, newVerificationCode);
    for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{16}$/);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it('is printed in groups of four', () => {
    expect(writeVerificationCode('0123456789ABCDEF')).toBe('0123-4567-89AB-CDEF');
  });

  it('reads back whatever case, groups and look-alikes it is typed with', () => {
    const slips = (code: string, typing: boolean) =>
      typing
        ? writeVerificationCode(code).toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l')
        : ` ${code} `;
    fc.assert(
      fc.property(fc.noShrink(fc.constant(null).map(newVerificationCode)), fc.boolean(), (code, typing) => {
        expect(readVerificationCode(slips(code, typing))).toBe(code);
      }),
    );
  });
});
