import type { Tables } from '#platform';
import type { Selectable } from 'kysely';

/** What a patient says of a visit that took place. */
export type Review = Selectable<Tables['reviews']>;
