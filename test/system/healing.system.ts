import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'expect';
import type { Browser } from 'playwright-core';
import { freePort } from '../../apps/local/src/ports.ts';
import {
  type DoctorPerson,
  PASSWORD,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../support/people.ts';
import { visitWithRoom } from '../support/visits.ts';
import { NodeParticipant } from './support/node-participant.ts';
import { pairInUse, relayOnly } from './support/pairs.ts';
import { descendants, untilGone } from './support/processes.ts';
import { type Program, startCoturn } from './support/programs.ts';
import { ServerProcess } from './support/server.ts';
import { TcpProxy } from './support/tcp-proxy.ts';
import { launchChromium, VisitPage } from './support/two-browsers.ts';

const TURN_SECRET = 'televisit-turn-secret';

const ROOMS = 10;
/** A computer that sleeps is missed within two pings. With the usual ones this would be tested for a minute longer. */
const PINGS = { RTC_PING_SECONDS: '4' };

/** A patient's page behind a network of its own, and the doctor, who has a good one. */
interface OneSided {
  readonly network: TcpProxy;
  readonly page: VisitPage;
  readonly doctor: NodeParticipant;
}

describe('a visit heals', () => {
  const networks: TcpProxy[] = [];
  const rooms: string[] = [];
  let turn: Program;
  let server: ServerProcess;
  let port: number;
  let browser: Browser;
  let doctor: DoctorPerson;
  let patient: Person;

  before(async () => {
    port = await freePort();
    turn = await startCoturn(TURN_SECRET);
    const relay = { TURN_URLS: `turn:127.0.0.1:${turn.port}`, TURN_SECRET };
    server = await ServerProcess.start({ ...relay, ...PINGS }, port);
    doctor = await registerDoctor(server.app, await registerAdmin(server.app));
    patient = await register(server.app);
    // One after the other: two at once would see the same slot free.
    for (let count = 0; count < ROOMS; count += 1) rooms.push(await newRoom());
    browser = await launchChromium();
  });
  after(async () => {
    const started = descendants();
    await browser.close();
    await server.close();
    await turn.close();
    await Promise.all(networks.map((network) => network.close()));
    await untilGone(started);
  });

  async function newNetwork(): Promise<TcpProxy> {
    const network = await TcpProxy.start(port);
    networks.push(network);
    return network;
  }

  async function newRoom(): Promise<string> {
    const { roomId } = await visitWithRoom(server.app, patient, doctor);
    expect((await doctor.client.post(`/api/rtc/rooms/${roomId}/start/`)).status).toBe(200);
    return roomId;
  }

  function nextRoom(): string {
    const roomId = rooms.pop();
    if (roomId === undefined) throw new Error('Make more rooms.');
    return roomId;
  }

  async function enter(
    { url }: TcpProxy,
    person: Person,
    roomId: string,
    prepare?: Parameters<typeof VisitPage.open>[2],
  ): Promise<VisitPage> {
    const page = await VisitPage.open(browser, `${url}/visit/${roomId}`, prepare);
    await page.signIn(person.email, PASSWORD);
    await page.enter();
    await page.untilView('call');
    return page;
  }

  async function oneSided(): Promise<OneSided> {
    const [network, roomId] = [await newNetwork(), nextRoom()];
    const page = await enter(network, patient, roomId);
    const doctors = new NodeParticipant(doctor, roomId);
    await page.page.locator('.tile').waitFor();
    doctors.count();
    await page.untilMessages(1);
    return { network, page, doctor: doctors };
  }

  /** Both in browsers, with sound and picture. */
  async function meeting(
    prepare?: Parameters<typeof VisitPage.open>[2],
  ): Promise<{ network: TcpProxy; pages: [VisitPage, VisitPage] }> {
    const [network, roomId] = [await newNetwork(), nextRoom()];
    const pages: [VisitPage, VisitPage] = [
      await enter(network, doctor, roomId, prepare),
      await enter(network, patient, roomId, prepare),
    ];
    for (const page of pages) {
      await page.untilMedia('connected');
      await page.untilFrames(10);
    }
    return { network, pages };
  }

  async function expectNoGhosts(pages: readonly VisitPage[]): Promise<void> {
    for (const page of pages) expect(await page.page.locator('.tile').count()).toBe(1);
  }

  /** The page has exactly what was said from here on, and one other person. */
  async function expectFreshStart({ page, doctor: doctors }: OneSided): Promise<void> {
    await doctors.untilNews('joined');
    await page.untilSignalling('connected');
    doctors.say('and now');
    await page.page.locator('#messages li', { hasText: 'and now' }).waitFor({ state: 'attached' });
    await page.say('here again');
    await doctors.untilHeard('here again');
    const [counted, heard] = [doctors.fallSilent(), await page.heard()];
    expect(new Set(heard).size).toBe(heard.length);
    const places = heard.filter((text) => text !== 'and now').map((text) => counted.indexOf(text));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(doctors.present.size).toBe(1);
    await expectNoGhosts([page]);
  }

  describe('for one side', { concurrency: true }, () => {
    for (const seconds of [1, 10, 29]) {
      it(`whose socket is gone for ${seconds} s: brings exactly what was missed`, async () => {
        const visit = await oneSided();
        const { network, page, doctor: doctors } = visit;
        const mended = pause(seconds * 1000).then(() => network.mend());
        network.break();
        await page.untilSignalling('reconnecting');
        await page.say('said without a network');
        await mended;
        await page.untilSignalling('connected');
        await doctors.untilHeard('said without a network');
        const counted = doctors.fallSilent();
        await page.untilMessages(counted.length);
        expect(await page.heard()).toEqual(counted);
        expect(doctors.texts).toEqual(['said without a network']);
        // The same session all the time: nobody left, nobody came.
        expect(doctors.news.filter((news) => news !== 'connected' && news !== 'reconnecting')).toEqual([]);
        expect(doctors.present.size).toBe(1);
        await expectNoGhosts([page]);
        doctors.leave();
        await page.close();
      });
    }

    it('whose socket is gone for 31 s: tells both, and starts over', async () => {
      const visit = await oneSided();
      const { network, page, doctor: doctors } = visit;
      const mended = pause(31_000).then(() => network.mend());
      network.break();
      await page.untilSignalling('reconnecting');
      await page.say('said without a network');
      await mended;
      await doctors.untilNews('connection_lost');
      await expectFreshStart(visit);
      expect(doctors.texts).toEqual(['said without a network', 'here again']);
      doctors.leave();
      await page.close();
    });

    it('whose computer sleeps until it is given up', async () => {
      const visit = await oneSided();
      const { network, page, doctor: doctors } = visit;
      network.stall();
      await page.freeze(true);
      // As long as the server takes to miss it, and the time that it is kept then.
      await doctors.untilNews('reconnecting');
      await doctors.untilNews('connection_lost');
      await page.freeze(false);
      network.mend();
      await expectFreshStart(visit);
      doctors.leave();
      await page.close();
    });

    it('whose way through the relay is gone: finds another one by an ICE restart', async () => {
      const { pages } = await meeting(relayOnly);
      const [first] = pages;
      const before = await pairInUse(first);
      expect(before.kinds).toEqual(['relay', 'relay']);
      await turn.close();
      await Promise.all(pages.map((page) => page.untilMediaIsNot('connected')));
      turn = await startCoturn(TURN_SECRET, { at: turn.port });
      for (const page of pages) {
        await page.untilMedia('connected');
        await page.untilFrames(20);
      }
      const now = await pairInUse(first);
      expect(now.kinds).toEqual(['relay', 'relay']);
      expect(now.iceUser).not.toBe(before.iceUser);
      await expectNoGhosts(pages);
      for (const page of pages) await page.close();
    });
  });

  it('when both sides lose their sockets at once, and sound and picture never stop', async () => {
    const { network, pages } = await meeting();
    const [doctors, patients] = pages;
    for (let count = 1; count <= 5; count += 1) {
      await doctors.say(`doctor ${count}`);
      await patients.say(`patient ${count}`);
      if (count === 2) {
        network.break();
        for (const page of pages) await page.untilSignalling('reconnecting');
      }
      if (count === 3) {
        for (const page of pages) await page.untilFrames(20);
        network.mend();
      }
    }
    const said = (who: string) => Array.from({ length: 5 }, (_, index) => `${who} ${index + 1}`);
    for (const page of pages) await page.untilMessages(5);
    expect(await patients.heard()).toEqual(said('doctor'));
    expect(await doctors.heard()).toEqual(said('patient'));
    await expectNoGhosts(pages);
    for (const page of pages) await page.close();
  });

  it('when both look for a new way at the same moment, again and again', async () => {
    const { pages } = await meeting();
    for (let count = 0; count < 5; count += 1) {
      // What a browser tells a page when the network is another one.
      await Promise.all(pages.map(({ page }) => page.evaluate(() => dispatchEvent(new Event('online')))));
      for (const page of pages) {
        await page.untilMedia('connected');
        await page.untilFrames(5);
      }
    }
    for (const page of pages) expect(page.complaints).toEqual([]);
    await expectNoGhosts(pages);
    for (const page of pages) await page.close();
  });

  it('when a page is loaded anew: it enters by itself, and the other sees one person', async () => {
    const { pages } = await meeting();
    const [doctors, patients] = pages;
    await patients.page.reload();
    await patients.untilView('call');
    for (const page of pages) {
      await page.untilMedia('connected');
      await page.untilFrames(20);
    }
    await doctors.say('There you are');
    await patients.untilMessages(1);
    expect(await patients.heard()).toEqual(['There you are']);
    await expectNoGhosts(pages);
    for (const page of pages) await page.close();
  });

  it('when the only api process is killed and started again: both start over by themselves', async () => {
    const { pages } = await meeting();
    const [doctors, patients] = pages;
    await doctors.say('before');
    await patients.untilMessages(1);
    await server.kill();
    for (const page of pages) await page.untilSignalling('reconnecting');
    await server.restart({ TURN_URLS: `turn:127.0.0.1:${turn.port}`, TURN_SECRET });
    for (const page of pages) {
      await page.untilSignalling('connected');
      await page.untilMedia('connected');
      await page.untilFrames(20);
    }
    await doctors.say('after');
    await patients.untilMessages(2);
    expect(await patients.heard()).toEqual(['before', 'after']);
    await expectNoGhosts(pages);
    for (const page of pages) await page.close();
  });
});
