import { type RawBuilder, sql } from 'kysely';

/** A text that doctors are looked for by. Every word must be somewhere in the profile. */
export interface TextQuery {
  readonly words: readonly string[];
  /** The weights of `search_words` in which a word counts; '' for all, A for the name. */
  readonly weights: '' | 'A';
  /** Whether a word that is almost right counts as well, in name and specialties. */
  readonly forgiving: boolean;
}

/** A longer query says no more of a doctor, and costs more to answer. */
const MAX_WORDS = 8;

/** Three letters and fewer have too few trigrams to tell an error from another word. */
const LONG_ENOUGH = 4;

/**
 * The words of a text: runs of letters, marks and digits of any script. Whatever else was typed – `%`, `_`,
 * quotes, emoji – separates words and means nothing.
 */
export function wordsOf(text: string): string[] {
  return (text.normalize('NFC').match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).slice(0, MAX_WORDS);
}

/** That a doctor's profile has every word, or the beginning of one while it is being typed. */
export function textMatch({ words, weights, forgiving }: TextQuery): RawBuilder<boolean> {
  if (words.length === 0) return sql`false`;
  if (!forgiving) return sql`search_words @@ ${starting(words, weights)}`;
  const each = words.map((word) => {
    if (!isForgivable(word)) return sql`search_words @@ ${starting([word], weights)}`;
    const typed = sql`(search_words @@ ${starting([word], weights)}
      or search_words @@ ${starting([withoutDigraphs(word)], weights)})`;
    const almost = sql`${folded(word)} <% search_text`;
    return weights === ''
      ? sql`(${typed} or ${almost})`
      : sql`(${typed} or (${almost} and ${folded(word)} <% fold(name)))`;
  });
  return sql`(${sql.join(each, sql` and `)})`;
}

/** How well a doctor fits: name before specialty before qualification before biography; nothing without words. */
export function textRank(texts: readonly TextQuery[]): RawBuilder<number> | undefined {
  const scores = texts.flatMap(({ words, weights, forgiving }) => {
    if (words.length === 0) return [];
    // The weights of D, C, B and A.
    if (!forgiving) return [sql`ts_rank('{0.05, 0.2, 0.5, 1}', search_words, ${starting(words, weights)})`];
    return words.map(
      (word) => sql`greatest(
        1.5 * word_similarity(${folded(word)}, fold(name)), word_similarity(${folded(word)}, search_text))`,
    );
  });
  return scores.length === 0 ? undefined : sql`(${sql.join(scores, sql` + `)})`;
}

// Each in a subquery, so that a prepared plan works it out once and not for every row.
const folded = (word: string) => sql`(select fold(${word}))`;
const starting = (words: readonly string[], weights: TextQuery['weights']) =>
  sql`(select ${sql.join(
    words.map((word) => sql`words_starting(${word}, ${weights})`),
    sql` && `,
  )})`;

/** Whoever has no ö types oe, where folding has made o of it. Trigrams of a short name do not bridge that. */
function withoutDigraphs(word: string): string {
  return word.replaceAll(/([aou])e/gi, '$1');
}

/** Trigrams are made of Latin letters; unaccent() has made ASCII of those with accents. */
function isForgivable(word: string): boolean {
  const letters = word.normalize('NFD').replaceAll(/\p{M}/gu, '');
  return letters.length >= LONG_ENOUGH && /^\p{Script=Latin}+$/u.test(letters);
}
