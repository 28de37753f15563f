import { describe, it } from 'node:test';
import { expect } from 'expect';
import { weaknessOf } from './password-strength.ts';

const ADA = { email: 'ada.lovelace@example.test', firstName: 'Ada', lastName: 'Lovelace' };

describe('the strength of a password', () => {
  it('is enough for words that nobody guesses, whatever signs they have', () => {
    for (const password of ['correct horse battery', 'kühler Wind 🌬️', 'mmmx-trail-9', 'पानी की बोतल']) {
      expect([password, weaknessOf(password, ADA)]).toEqual([password, null]);
    }
  });

  it('is not when it is short, common, one sign over and over, or made of the person', () => {
    const weak = {
      'x7!kQ2-pw': 'too_short',
      // Ten units of UTF-16 that are five characters.
      '🌬🌧🌩🌪🌫': 'too_short',
      PassWord123: 'common',
      qwertyuiop: 'common',
      aaaaaaaaaabbbb: 'monotonous',
      AdaLovelace1: 'personal',
      'ada.lovelace@example.test': 'personal',
      lovelace2026: 'personal',
    };
    for (const [password, reason] of Object.entries(weak)) {
      expect([password, weaknessOf(password, ADA)]).toEqual([password, reason]);
    }
  });

  it('allows a name in something longer', () => {
    expect(weaknessOf('ada rides a green bicycle', ADA)).toBeNull();
  });

  it('takes no offence at a person without a last name', () => {
    expect(weaknessOf('correct horse battery', { ...ADA, lastName: '' })).toBeNull();
  });
});
