import { describe, it } from 'node:test';
import { expect } from 'expect';
import { conflictsWithAllergies } from './allergy-check.ts';

describe('conflictsWithAllergies', () => {
  const allergic = (...substances: string[]) => substances.map((substance) => ({ substance }));

  it('finds the medicines that contain a substance, whatever its case, accents and spaces', () => {
    expect(conflictsWithAllergies(['Paracetamol', 'PÉNICILLINE  V'], allergic('penicilline v'))).toEqual([1]);
    expect(conflictsWithAllergies(['acide acetylsalicylique'], allergic(' Acétylsalicylique '))).toEqual([0]);
  });

  it('finds a substance within a combination', () => {
    expect(conflictsWithAllergies(['Amoxicillin/clavulanic acid'], allergic('amoxicillin'))).toEqual([0]);
  });

  it('finds nothing where nothing is recorded, and ignores a substance without letters', () => {
    expect(conflictsWithAllergies(['Ibuprofen'], [])).toEqual([]);
    expect(conflictsWithAllergies(['Ibuprofen'], allergic(' ', '\u0301'))).toEqual([]);
  });
});
