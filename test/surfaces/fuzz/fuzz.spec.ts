import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { startTestApp, type TestApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { nameOf, OPERATIONS, type Operation } from '../../support/operations.ts';
import { book, register, registerAdmin, registerDoctor } from '../../support/people.ts';
import { hostile, nearly } from './hostile.ts';

/** `FUZZ_SEED=… FUZZ_RUNS=…` repeats a run, or makes it longer. */
const SEED = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 8);

/** Whoever gets through here has no login any more: these come last. */
const ENDS_LOGINS = new Set([
  'POST /api/auth/logout/',
  'DELETE /api/auth/profile/',
  'DELETE /api/auth/sessions/{id}/',
  'DELETE /api/auth/users/{id}/',
  'PATCH /api/auth/users/{id}/',
]);

const endsLogins = (operation: Operation) => ENDS_LOGINS.has(nameOf(operation));
const IN_ORDER = [...OPERATIONS.filter((each) => !endsLogins(each)), ...OPERATIONS.filter(endsLogins)];

interface Probe {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: unknown;
}

function probesOf(operation: Operation, ids: readonly string[]): fc.Arbitrary<Probe> {
  const { parameters, body } = operation;
  const value = (schema: Operation['parameters'][number]['schema']) =>
    nearly(schema, ids).map((found) => (typeof found === 'string' ? found : JSON.stringify(found)));
  const named = (place: 'path' | 'query') =>
    Object.fromEntries(
      parameters.filter((each) => each.in === place).map((each) => [each.name, value(each.schema)]),
    );
  return fc.record({
    path: fc
      .tuple(fc.record(named('path')), fc.record(named('query'), { requiredKeys: [] }))
      .map(([path, query]) => pathOf(operation.path, path, query)),
    headers: fc.record(
      {
        'idempotency-key': fc.constantFrom('fuzz-1', 'fuzz-2', 'x'.repeat(300)),
        'if-match': fc.constantFrom('"1"', 'W/"1"', '*', '"x"', ''),
      },
      { requiredKeys: [] },
    ),
    body: body
      ? fc.oneof({ weight: 8, arbitrary: nearly(body, ids) }, { weight: 1, arbitrary: RAW })
      : fc.constant(undefined),
  });
}

/** Bodies that are no proper JSON, or JSON that readers disagree on. */
const RAW = fc.constantFrom(
  '{',
  '{"a":1,"a":2,"status":"approved","status":"rejected"}',
  '{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}',
  '['.repeat(20_000),
  `${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}`,
  '"\\ud800"',
  '\u0000',
  '1e999',
  `{"reason":"${'y'.repeat(2_000_000)}"}`,
);

function pathOf(path: string, params: Filled, query: Filled): string {
  let filled = path;
  for (const [name, text] of Object.entries(params))
    filled = filled.replace(`{${name}}`, encoded(text?.slice(0, 300)));
  const search = Object.entries(query).map(([name, text]) => `${name}=${encoded(text?.slice(0, 4000))}`);
  return search.length > 0 ? `${filled}?${search.join('&')}` : filled;
}

type Filled = Readonly<Record<string, string | undefined>>;

/** A lone surrogate has no encoding. */
const encoded = (text = '') => encodeURIComponent(text.toWellFormed()) || '%20';

describe(`any request, with seed ${SEED},`, () => {
  let app: TestApp;
  let callers: Record<string, Client>;
  const ids: string[] = [];

  before(async () => {
    app = await startTestApp();
    const admin = await registerAdmin(app);
    const doctor = await registerDoctor(app, admin);
    const patient = await register(app);
    const visit = await book(patient, doctor.doctorId);
    ids.push(doctor.doctorId, patient.userId, doctor.userId, visit.id);
    callers = {
      anonymous: app.client(),
      patient: patient.client,
      doctor: doctor.client,
      admin: admin.client,
    };
  });
  after(() => app.close());

  for (const operation of IN_ORDER) {
    it(`${nameOf(operation)} is answered as published, whatever is sent`, async () => {
      const probes = fc.sample(probesOf(operation, ids), { seed: SEED, numRuns: RUNS });
      for (const { path, headers, body } of probes) {
        await Promise.all(
          Object.entries(callers).map(([caller, client]) =>
            // The client holds each answer against docs/openapi.json, where no operation has a 500.
            client
              .with(headers)
              .request(operation.method, path, body)
              .catch((error: Error) => {
                throw new Error(
                  `${caller}: ${operation.method} ${path} ${shortened(body)}\n${error.message}`,
                );
              }),
          ),
        );
      }
    });
  }

  it('leaves the server well', async () => {
    expect((await app.client().get('/health/ready')).status).toBe(200);
    const paths = fc.sample(fc.webPath({ size: 'large' }), { seed: SEED, numRuns: 100 });
    for (const path of paths)
      expect((await app.client().raw('GET', path.replace(/^\/*/, '/'))).status).toBeLessThan(500);
    const bodies = fc.sample(hostile, { seed: SEED, numRuns: 50 });
    for (const body of bodies) {
      const answer = await app.client().raw('POST', '/api/auth/login/', JSON.stringify(body) ?? '');
      expect([400, 401]).toContain(answer.status);
    }
  });
});

function shortened(body: unknown): string {
  return (typeof body === 'string' ? body : (JSON.stringify(body) ?? '')).slice(0, 500);
}
