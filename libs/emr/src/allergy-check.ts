import type { Allergy } from './medical-history.entity.ts';

/**
 * The positions of the medicines whose name contains a substance that the patient is allergic to. Case,
 * accents and runs of spaces make no difference. Kinship of substances (penicillin and amoxicillin) is not
 * known here: that takes a drug database.
 */
export function conflictsWithAllergies(
  medicines: readonly string[],
  allergies: readonly Pick<Allergy, 'substance'>[],
): number[] {
  const substances = allergies.map(({ substance }) => folded(substance)).filter(Boolean);
  return medicines.flatMap((medicine, index) => {
    const name = folded(medicine);
    return substances.some((substance) => name.includes(substance)) ? [index] : [];
  });
}

function folded(text: string): string {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase().replaceAll(/\s+/g, ' ').trim();
}
