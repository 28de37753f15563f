import { sql } from 'kysely';
import { LIVE } from './appointment.states.ts';

/**
 * That a row of `appointments` takes up its time. The states are written out and are no parameters: only then
 * does PostgreSQL see that the partial index of live visits answers a prepared statement.
 */
export const isLive = sql<boolean>`status in (${sql.join(LIVE.map((status) => sql.lit(status)))})`;
