import { execFile } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { expect } from 'expect';
import type { Browser } from 'playwright-core';
import { Clock, newId } from '#kernel';
import { TurnCredentials } from '#rtc';
import {
  type DoctorPerson,
  PASSWORD,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../support/people.ts';
import { visitWithRoom } from '../support/visits.ts';
import { pairInUse, relayOnly } from './support/pairs.ts';
import { descendants, untilGone } from './support/processes.ts';
import { type Program, startCoturn, startShippedCoturn } from './support/programs.ts';
import { ServerProcess } from './support/server.ts';
import { launchChromium, VisitPage } from './support/two-browsers.ts';

const TURN_SECRET = 'televisit-turn-secret';

describe('the shipped relay', () => {
  const clock = new (class extends Clock {
    override now = () => Temporal.Now.instant();
  })();

  /** What coturn's own client says of a relay to this peer with credentials that last so long. */
  async function tried(port: number, peer: string, ttlSeconds = 600): Promise<string> {
    const settings = { urls: ['turn:127.0.0.1'], secret: TURN_SECRET, ttlSeconds };
    const { ice_servers } = new TurnCredentials(settings, clock).issue(newId());
    const { username = '', credential = '' } = ice_servers[0] ?? {};
    const where = ['-p', String(port), '-e', peer, '-X', '-n', '1', '-m', '1', '127.0.0.1'];
    const run = promisify(execFile)('turnutils_uclient', ['-u', username, '-w', credential, ...where], {
      // It goes on asking. Each time as somebody else: the relay bounds what one user holds.
      timeout: 3_000,
    });
    return run.then(
      ({ stdout, stderr }) => stdout + stderr,
      ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr,
    );
  }

  it('takes our credentials until they end, and relays to no private address', async () => {
    const shipped = await startShippedCoturn(TURN_SECRET);
    try {
      for (const peer of ['127.0.0.1', '10.0.0.1', '172.20.0.1', '192.168.1.1', '169.254.169.254']) {
        expect(await tried(shipped.port, peer)).toContain('403 (Forbidden IP)');
      }
      const expired = await tried(shipped.port, '127.0.0.1', -10);
      expect(expired).toContain('Cannot complete Allocation');
      expect(expired).not.toContain('403');
    } finally {
      await shipped.close();
    }
    // The same question to a relay without the list: so it was the list that refused.
    const open = await startCoturn(TURN_SECRET);
    try {
      expect(await tried(open.port, '127.0.0.1')).not.toContain('403');
    } finally {
      await open.close();
    }
  });
});

describe('a visit through a TURN server', () => {
  let turn: Program;
  let server: ServerProcess;
  let browser: Browser;
  let doctor: DoctorPerson;
  let patient: Person;

  before(async () => {
    turn = await startCoturn(TURN_SECRET);
    server = await ServerProcess.start({ TURN_URLS: `turn:127.0.0.1:${turn.port}`, TURN_SECRET });
    doctor = await registerDoctor(server.app, await registerAdmin(server.app));
    patient = await register(server.app);
    browser = await launchChromium();
  });
  after(async () => {
    const started = descendants();
    await browser.close();
    await server.close();
    await turn.close();
    await untilGone(started);
  });

  async function meet(index: number): Promise<[VisitPage, VisitPage]> {
    const { roomId } = await visitWithRoom(server.app, patient, doctor, index);
    expect((await doctor.client.post(`/api/rtc/rooms/${roomId}/start/`)).status).toBe(200);
    const enter = async (person: Person) => {
      const page = await VisitPage.open(browser, `${server.url}/visit/${roomId}`, relayOnly);
      await page.signIn(person.email, PASSWORD);
      await page.enter();
      await page.untilView('call');
      return page;
    };
    return [await enter(doctor), await enter(patient)];
  }

  it('is tested before the visit: what it carries, and how much it loses', async () => {
    const { roomId } = await visitWithRoom(server.app, patient, doctor, 1);
    const page = await VisitPage.open(browser, `${server.url}/visit/${roomId}`);
    const newest = async () =>
      (await doctor.client.get(`/api/rtc/rooms/${roomId}/pre-call-tests/`)).body.data.items[0];
    await page.signIn(patient.email, PASSWORD);
    await page.page.waitForSelector('body[data-verdict="good"]');
    const good = await newest();
    expect(good).toMatchObject({ turn: 'reachable', verdict: 'good', problems: [] });
    expect(good.bitrate_kbps).toBeGreaterThan(1_000);
    expect(good.packet_loss).toBeLessThan(0.05);

    await turn.close();
    turn = await startCoturn(TURN_SECRET, { at: turn.port, bytesPerSecond: 20_000 });
    await page.page.getByRole('button', { name: 'Test the connection' }).click();
    await page.page.waitForSelector('body[data-verdict="limited"]');
    const slow = await newest();
    expect(slow.bitrate_kbps).toBeLessThan(300);
    expect(slow.problems).toContain('slow');
    expect(await page.page.textContent('#advice')).toContain('Your connection is slow.');

    await turn.close();
    await page.page.getByRole('button', { name: 'Test the connection' }).click();
    await page.page.locator('#advice', { hasText: 'relay for strict networks' }).waitFor();
    expect(await newest()).toMatchObject({ turn: 'unreachable', bitrate_kbps: null, packet_loss: null });
    turn = await startCoturn(TURN_SECRET, { at: turn.port });
    await page.close();
  });

  it('reaches both with the credentials that the room hands out', async () => {
    const pages = await meet(0);
    for (const page of pages) {
      await page.untilMedia('connected');
      await page.untilFrames(21);
      expect((await pairInUse(page)).kinds).toEqual(['relay', 'relay']);
    }
    for (const page of pages) await page.close();
  });
});
