import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { newId } from '#kernel';
import { startTestApp, type TestApp } from '../../support/app.ts';
import type { Client } from '../../support/client.ts';
import { nameOf, OPERATIONS, type Operation, type Schema } from '../../support/operations.ts';
import { PAYING_APP } from '../../support/paying.ts';
import { type PushService, pushEnvironment, startPushService } from '../../support/push-service.ts';
import { CALLERS } from './row.ts';
import { ROWS } from './rows.ts';
import { made, World } from './world.ts';

/** What this world has nothing of: the tests of these lists are of their own. */
const EMPTY_HERE: readonly string[] = [
  // test/surfaces/marketplace/reconciliation.spec.ts
  'GET /api/payments/reconciliations/{id}/findings/',
];

/** What is counted or computed when it is asked for, so that nobody made it at a time. */
const NEVER_MADE: readonly string[] = [
  'GET /api/appointments/slots/',
  'GET /api/doctors/languages/',
  'GET /api/doctors/specialties/',
];

/** Parameters that choose how something is shown, not what. */
const PRESENTATION = new Set(['page', 'page_size', 'ordering', 'format', 'time_zone', 'per_doctor', 'as_of']);

/** Values that fit nothing, where the schema of the parameter does not say enough. */
const FITS_NOTHING: Readonly<Record<string, string>> = {
  language: 'zz',
  country: 'AQ',
  year: '2001',
  experience_min: '79',
  available_on: '2005-01-01',
};

const queryOf = (operation: Operation) => operation.parameters.filter((each) => each.in === 'query');
const has = (operation: Operation, name: string) => queryOf(operation).some((each) => each.name === name);

/** Lists, what they add up to, and their exports. */
const NARROWED = OPERATIONS.filter(
  (one) => one.method === 'GET' && (has(one, 'page') || has(one, 'search') || has(one, 'created_at')),
);
const LISTS = NARROWED.filter((one) => has(one, 'page'));

/** A value that nothing fits; undefined where there is none to think of. */
function fittingNothing(name: string, { format, type, enum: choices }: Schema): string | undefined {
  const known = FITS_NOTHING[name];
  if (known) return known;
  if (format === 'uuid') return newId();
  if (format === 'date-time') {
    if (/(^|_)(after|from)$/.test(name)) return '2995-01-01T00:00:00Z';
    return '2005-01-01T00:00:00Z';
  }
  if (format === 'date') return name.endsWith('_at') ? '2005-01-01' : undefined;
  return type === 'string' && !choices ? 'zzqqxx' : undefined;
}

describe('what a list can be narrowed and ordered by', () => {
  let app: TestApp;
  let push: PushService;
  let world: World;

  before(async () => {
    push = await startPushService();
    app = await startTestApp({ ...PAYING_APP, ...pushEnvironment(push) });
    world = await World.of(app, push);
    await addWhatOtherwiseNobodyHas();
  });
  after(async () => {
    await app.close();
    await push.close();
  });

  async function addWhatOtherwiseNobodyHas(): Promise<void> {
    const { people, records } = world;
    const room = `/api/rtc/rooms/${records.room}`;
    made(await people.doctor.client.post(`${room}/guests/`, { kind: 'interpreter', display_name: 'Mo' }));
    made(
      await people.doctor.client.post(`${room}/pre-call-tests/`, {
        camera: 'ok',
        microphone: 'ok',
        signalling: 'ok',
        turn: 'reachable',
        candidate_types: ['host'],
      }),
    );
    made(await people.doctor.client.post('/api/rtc/join-tokens/', { room_id: records.room }));
    const history = { allergies: [] };
    made(await people.patient.client.put('/api/emr/medical-history/me/', history));
    const review = `/api/doctors/${people.doctor.doctorId}/reviews/${records.review}`;
    made(await people.otherPatient.client.post(`${review}/report/`, { reason: 'spam' }));
    await app.sql(
      `insert into reminders (id, appointment_id, user_id, minutes_before, due_at, status, created_at, updated_at)
       values ($1, $2, $3, 60, now(), 'scheduled', now(), now())`,
      [newId(), records.roomVisit, people.patient.userId],
    );
    await world.handover();
    await world.identity();
    await world.session();
    await app.drained();
  }

  /** How a caller asks for a list of which they see something. */
  async function asked(operation: Operation): Promise<(query?: string) => Promise<Asked>> {
    const row = ROWS[nameOf(operation)];
    const at = (await row?.at?.(world)) ?? {};
    const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => at[name] ?? '');
    const own = row?.query?.(world) ?? '';
    const ask =
      (client: Client) =>
      async (query = '') => {
        const merged = new Map([...new URLSearchParams(own), ...new URLSearchParams(query)]);
        const { status, body } = await client.get(`${path}?${new URLSearchParams([...merged]).toString()}`);
        return { status, items: body.data?.items, total: totalOf(body) };
      };
    for (const caller of [...CALLERS].reverse()) {
      const found = await ask(world.client(caller))();
      if (found.status === 200 && found.total > 0) return ask(world.client(caller));
    }
    throw new Error(`Nobody sees anything in ${nameOf(operation)}.`);
  }

  for (const operation of NARROWED.filter((one) => !EMPTY_HERE.includes(nameOf(one)))) {
    it(`${nameOf(operation)} honours each filter that it publishes`, async () => {
      const ask = await asked(operation);
      const { total } = await ask();
      const ignored: string[] = [];
      for (const { name, schema } of queryOf(operation)) {
        if (PRESENTATION.has(name)) continue;
        const nothing = fittingNothing(name, schema);
        if (nothing !== undefined) {
          const found = await ask(`${name}=${nothing}`);
          // A filter may also name a record, which the caller is then told does not exist.
          if (found.status !== 404 && (found.status !== 200 || found.total > 0)) ignored.push(name);
        }
        if (schema.enum && schema.default === undefined) {
          const totals: number[] = [];
          for (const choice of schema.enum) totals.push((await ask(`${name}=${String(choice)}`)).total);
          if (totals.every((each) => each >= total)) ignored.push(name);
        }
      }
      expect(ignored).toEqual([]);
    });
  }

  for (const operation of LISTS) {
    const choices = (queryOf(operation).find(({ name }) => name === 'ordering')?.schema.enum ??
      []) as string[];

    it(`${nameOf(operation)} is ordered by created_at, and by whatever else it publishes`, async () => {
      expect(choices.length).toBeGreaterThan(0);
      expect(choices.includes('created_at')).toBe(!NEVER_MADE.includes(nameOf(operation)));
      if (EMPTY_HERE.includes(nameOf(operation))) return;
      const ask = await asked(operation);
      for (const choice of choices) {
        const name = choice.replace('-', '');
        const { status, items } = await ask(`ordering=${choice}&page_size=100`);
        expect([choice, status]).toEqual([choice, 200]);
        const values = comparable(items.map((item: Record<string, unknown>) => item[name]));
        const sorted = values.toSorted((a, b) => (choice === name ? a - b : b - a));
        expect([choice, values]).toEqual([choice, sorted]);
      }
    });
  }
});

interface Asked {
  readonly status: number;
  // oxlint-disable-next-line no-explicit-any
  readonly items: any;
  readonly total: number;
}

/** How many there are, of a list, of its sums, or of the lines of a spreadsheet under their heading. */
function totalOf(body: { data?: { total?: number } } | string): number {
  if (typeof body === 'string') return body.trim().split('\n').length - 1;
  return body.data?.total ?? 0;
}

/** Instants, dates and numbers; how a database compares words is its own affair. */
function comparable(values: readonly unknown[]): number[] {
  return values.flatMap((value) => {
    if (typeof value === 'number') return [value];
    const instant = typeof value === 'string' && /^\d{4}-/.test(value) ? Date.parse(value) : Number.NaN;
    return Number.isNaN(instant) ? [] : [instant];
  });
}
