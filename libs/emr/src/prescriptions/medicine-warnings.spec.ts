import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { DRUG_CLASSES } from './drug-classes.ts';
import { conflictsWithAllergies, duplicatesOf, spelledAlike } from './medicine-warnings.ts';

const allergic = (...substances: string[]) => substances.map((substance) => ({ substance }));
const conflicts = (medicine: string, ...substances: string[]) =>
  conflictsWithAllergies([medicine], allergic(...substances)).length > 0;

describe('conflictsWithAllergies', () => {
  it('finds the medicines that contain a substance, whatever its case, accents and spaces', () => {
    expect(conflictsWithAllergies(['Paracetamol', 'PÉNICILLINE  V'], allergic('penicilline v'))).toEqual([1]);
    expect(conflictsWithAllergies(['acide acetylsalicylique'], allergic(' Acétylsalicylique '))).toEqual([0]);
    expect(conflictsWithAllergies(['Xanthan gum 5 %'], allergic('xanthan'))).toEqual([0]);
  });

  it('finds a substance within a combination', () => {
    expect(conflictsWithAllergies(['Amoxicillin/clavulanic acid'], allergic('amoxicillin'))).toEqual([0]);
    expect(conflicts('Co-amoxiclav', 'penicillin')).toBe(true);
  });

  it('knows the class of a substance', () => {
    for (const [medicine, allergy] of [
      ['Amoxicillin', 'Penicillin'],
      ['Amoxicillin', 'allergic to penicillins (rash)'],
      ['Ampicillin', 'Amoxicillin'],
      ['Cefalexin', 'cephalosporins'],
      ['Sulfamethoxazole / trimethoprim', 'Sulfa'],
      ['Co-trimoxazole', 'Sulfonamides'],
      ['Ibuprofen', 'NSAIDs'],
      ['Ibuprofen', 'aspirin'],
      ['Acetylsalicylic acid', 'AINS'],
      ['Codeine', 'Opioids'],
      ['Atorvastatin', 'statins'],
      ['Azithromycin', 'erythromycin'],
      ['Ramipril', 'Enalapril'],
    ] as const) {
      expect([medicine, allergy, conflicts(medicine, allergy)]).toEqual([medicine, allergy, true]);
    }
  });

  it('knows them in the spellings of other languages', () => {
    for (const [medicine, allergy] of [
      ['Amoxicilina', 'Pénicilline'],
      ['Amoxycillin', 'penicilinas'],
      ['Céfalexine', 'Cefalosporinas'],
      ['Sulfaméthoxazole', 'sulfamides'],
      ['Ibuprofeno', 'AINES'],
      ['Eritromicina', 'macrólidos'],
      ['Tramadol', 'opiacés'],
    ] as const) {
      expect([medicine, allergy, conflicts(medicine, allergy)]).toEqual([medicine, allergy, true]);
    }
  });

  it('does not take for kin what only looks alike', () => {
    for (const [medicine, allergy] of [
      ['Nystatin', 'statins'],
      ['Ferrous sulfate', 'sulfa'],
      ['Furosemide', 'sulfonamides'],
      ['Paracetamol', 'NSAIDs'],
      ['Azithromycin', 'penicillin'],
      ['Cefalexin', 'penicillin'],
      ['Losartan', 'Ramipril'],
    ] as const) {
      expect([medicine, allergy, conflicts(medicine, allergy)]).toEqual([medicine, allergy, false]);
    }
  });

  it('finds nothing where nothing is recorded, and ignores a substance without letters', () => {
    expect(conflictsWithAllergies(['Ibuprofen'], [])).toEqual([]);
    expect(conflictsWithAllergies(['Ibuprofen'], allergic(' ', '\u0301', '–'))).toEqual([]);
  });

  it('finds every substance of a class by the name of the class and by every other one', () => {
    for (const { names, ingredients } of DRUG_CLASSES) {
      const words = [...names, ...ingredients.flat()];
      for (const [medicine] of ingredients) {
        for (const word of words)
          expect([medicine, word, conflicts(medicine, word)]).toEqual([medicine, word, true]);
      }
    }
  });
});

describe('duplicatesOf', () => {
  it('finds the same substance under another name, in a combination, and where it is not known', () => {
    const taken = ['Paracetamol', 'Amoxicillin', 'Xylometazoline'];
    expect(
      duplicatesOf(
        ['Acetaminophen', 'Amoxicillin/clavulanic acid', 'xylometazoline', 'Ampicillin', 'Ibuprofen'],
        taken,
      ),
    ).toEqual([0, 1, 2]);
    expect(duplicatesOf(['Ibuprofen'], [])).toEqual([]);
  });
});

describe('spelledAlike', () => {
  it('takes any text, and keeps enough of it to find it by itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(conflicts(text, text)).toBe(spelledAlike(text) !== '');
      }),
    );
  });
});
