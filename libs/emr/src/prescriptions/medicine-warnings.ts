import type { Allergy } from '../history/medical-history.entity.ts';
import { DRUG_CLASSES } from './drug-classes.ts';

/**
 * The positions of the medicines that contain a substance to which the patient is allergic, or one of its
 * class: `penicillin` finds amoxicillin, and so does `ampicillin`. A substance that no class knows is looked
 * for by its letters.
 */
export function conflictsWithAllergies(
  medicines: readonly string[],
  allergies: readonly Pick<Allergy, 'substance'>[],
): number[] {
  const allergens = allergies.map(({ substance }) => allergenOf(substance));
  return positions(medicines, (medicine) => {
    const ingredients = ingredientsOf(medicine);
    const letters = spelledAlike(medicine);
    return allergens.some(
      ({ kin, text }) =>
        (text !== '' && letters.includes(text)) || ingredients.some((ingredient) => kin.has(ingredient)),
    );
  });
}

/** The positions of the medicines of which the patient takes a substance already, by the names of those. */
export function duplicatesOf(medicines: readonly string[], taken: readonly string[]): number[] {
  const substances = new Set(taken.flatMap(ingredientsOf));
  return positions(medicines, (medicine) =>
    ingredientsOf(medicine).some((ingredient) => substances.has(ingredient)),
  );
}

/**
 * A text without what the spelling of a substance differs by: case, accents, double letters, `ph`, `th` and
 * `y`, and the endings of the plural and of other languages. `Amoxycilline` and `amoxicilina` become one.
 */
export function spelledAlike(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .map(withoutSpelling)
    .filter(Boolean)
    .join(' ');
}

function withoutSpelling(word: string): string {
  return word
    .replaceAll('ph', 'f')
    .replaceAll('th', 't')
    .replaceAll('y', 'i')
    .replaceAll(/(\p{L})\1+/gu, '$1')
    .replace(/(?<=^.{4,})[aeos]+$/u, '');
}

const CLASSES = DRUG_CLASSES.map(({ names, ingredients }) => ({
  names: new Set(names.map(spelledAlike)),
  ingredients: ingredients.map(([name]) => name),
}));

const INGREDIENTS = DRUG_CLASSES.flatMap(({ ingredients }) =>
  ingredients.map((names) => ({ name: names[0], spellings: names.map(spelledAlike) })),
);

/** What an allergy warns of: the substances of its class, and its own letters unless they name only a class. */
function allergenOf(substance: string): { readonly kin: ReadonlySet<string>; readonly text: string } {
  const text = spelledAlike(substance);
  const words = text.split(' ');
  const own = knownIn(words);
  const classes = CLASSES.filter(
    ({ names, ingredients }) =>
      words.some((word) => names.has(word)) || own.some((name) => ingredients.includes(name)),
  );
  const namesClassOnly = classes.length > 0 && own.length === 0;
  return {
    kin: new Set(classes.flatMap(({ ingredients }) => ingredients)),
    // "statin" is in the letters of nystatin, which is none.
    text: namesClassOnly ? '' : text,
  };
}

/** The substances of a medicine; its whole name, where none of them is known. */
function ingredientsOf(medicine: string): string[] {
  const text = spelledAlike(medicine);
  const known = knownIn(text.split(' '));
  return known.length > 0 ? known : [text].filter(Boolean);
}

function knownIn(words: readonly string[]): string[] {
  return INGREDIENTS.filter(({ spellings }) =>
    spellings.some((spelling) => words.some((word) => word.startsWith(spelling))),
  ).map(({ name }) => name);
}

function positions(medicines: readonly string[], matches: (medicine: string) => boolean): number[] {
  return medicines.flatMap((medicine, index) => (matches(medicine) ? [index] : []));
}
