import type { Selectable } from 'kysely';
import type { Tables } from '#platform';

/** What a patient says of a visit that took place. */
export type Review = Selectable<Tables['reviews']>;
