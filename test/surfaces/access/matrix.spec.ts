import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { ROOT } from '#platform';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { nameOf, OPERATIONS } from '../../support/operations.ts';
import { PAYING_APP } from '../../support/paying.ts';
import { type PushService, pushEnvironment, startPushService } from '../../support/push-service.ts';
import { accessPage } from './page.ts';
import { CALLERS, type Caller, type Params, type Row } from './row.ts';
import { KIN_ROWS } from './rows/kin.ts';
import { ROWS } from './rows.ts';
import { World } from './world.ts';

const PAGE = join(ROOT, 'docs/access.md');

/** What each of the callers gets, one after another. */
async function answers(world: World, operation: string, row: Row): Promise<string> {
  const at = (await row.at?.(world)) ?? {};
  // Reading leaves everything as it is.
  if (operation.startsWith('GET ')) {
    return (await Promise.all(CALLERS.map((caller) => code(world, operation, row, caller, at)))).join(' ');
  }
  const codes: string[] = [];
  for (const caller of CALLERS) codes.push(await code(world, operation, row, caller, at));
  return codes.join(' ');
}

async function code(world: World, operation: string, row: Row, caller: Caller, at: Params): Promise<string> {
  const [method = '', path = ''] = operation.split(' ');
  const client = row.newcomers ? await world.newcomer(caller) : world.client(caller);
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(at[name] ?? ''));
  const body = await row.body?.(world, caller, at);
  const query = row.query?.(world) ?? (row.shows ? '?page_size=100' : '');
  const answer = await client.request(method, `${filled}${query}`, body);
  const shown = row.shows && JSON.stringify(answer.body).includes(row.shows(world, at));
  return `${answer.status}${shown ? '+' : ''}`;
}

describe('who may do what', () => {
  let app: TestApp;
  let push: PushService;
  let world: World;

  before(async () => {
    push = await startPushService();
    app = await startTestApp({ ...PAYING_APP, ...pushEnvironment(push) });
    world = await World.of(app, push);
  });
  after(async () => {
    await app.close();
    await push.close();
  });

  it('is said of every operation', () => {
    expect(OPERATIONS.map(nameOf).filter((name) => !(name in ROWS))).toEqual([]);
  });

  it('is said of no operation that does not exist', () => {
    const names = new Set(OPERATIONS.map(nameOf));
    expect(Object.keys(ROWS).filter((name) => !names.has(name))).toEqual([]);
  });

  it('is what docs/access.md says; WRITE=1 writes it', () => {
    const page = accessPage(ROWS, KIN_ROWS);
    if (process.env['WRITE'] === '1') writeFileSync(PAGE, page);
    expect(readFileSync(PAGE, 'utf8')).toBe(page);
  });

  for (const [operation, row] of Object.entries(ROWS)) {
    it(`${operation} answers each caller as its row says`, async () => {
      expect(await answers(world, operation, row)).toBe(row.codes);
    });
  }
});
