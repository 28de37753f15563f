import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { CompiledQuery } from 'kysely';
import { DoctorSearch, type ProfileFilter } from '#doctors';
import { Database } from '#platform';
import { startTestApp, type TestApp } from '../support/app.ts';
import { manyDoctors } from './many-doctors.ts';

/** As many as the marketplace is made for. */
const DOCTORS = 10_000;

describe(`the statement of the search, with ${DOCTORS} doctors`, () => {
  let app: TestApp;

  before(async () => {
    app = await startTestApp();
    await manyDoctors(app, DOCTORS);
  });
  after(() => app.close());

  /** The plan for these values, and the one for any values: a connection comes to use either. */
  async function plansOf(filter: ProfileFilter): Promise<string[]> {
    const { query } = app.nest.get(Database);
    const { sql, parameters } = (await app.nest.get(DoctorSearch).statement(filter)).compile();
    const plans = await Promise.all([
      query.executeQuery<Record<string, string>>(CompiledQuery.raw(`explain ${sql}`, [...parameters])),
      query.executeQuery<Record<string, string>>(CompiledQuery.raw(`explain (generic_plan) ${sql}`)),
    ]);
    return plans.map(({ rows }) => rows.flatMap((row) => Object.values(row)).join('\n'));
  }

  it('finds words by their index', async () => {
    for (const filter of [
      { search: 'asha cardio' },
      { name: 'asha' },
      { search: 'calm', specialty: 'urology' },
    ]) {
      for (const plan of await plansOf(filter)) {
        expect(plan).toContain('Bitmap Index Scan on doctors_search_words');
        expect(plan).not.toContain('Seq Scan');
      }
    }
  });

  it('forgives typing errors by the index of trigrams', async () => {
    for (const plan of await plansOf({ search: 'cardioligy' })) {
      expect(plan).toContain('Bitmap Index Scan on doctors_search_text');
      expect(plan).not.toContain('Seq Scan');
    }
  });

  it('works a text out once, not once a row', async () => {
    const [, plan] = await plansOf({ search: 'asha' });
    expect(plan).toContain('InitPlan');
    expect(plan?.split('\n').find((line) => line.includes('Sort Key'))).not.toContain('words_starting');
  });
});
