import pg from 'pg';

const { builtins } = pg.types;

const parsers: Partial<Record<number, (text: string) => unknown>> = {
  [builtins.INT8]: (text) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} does not fit a number`);
    return value;
  },
  [builtins.TIMESTAMPTZ]: (text) => Temporal.Instant.from(text),
  [builtins.DATE]: (text) => text,
  // No wall-clock time here has seconds.
  [builtins.TIME]: (text) => text.slice(0, 5),
};

/** How values come out of PostgreSQL: instants as Temporal, bigint as number, dates and times of day (HH:MM) as text. */
export const databaseTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    (format !== 'binary' && parsers[oid]) ||
    pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};

// How Temporal values go in: pg asks a parameter for `toPostgres` before it falls back on JSON.
for (const type of [Temporal.Instant, Temporal.PlainDate, Temporal.PlainTime]) {
  Object.defineProperty(type.prototype, 'toPostgres', {
    value(this: { toString(): string }) {
      return this.toString();
    },
  });
}
