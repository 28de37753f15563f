import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import type { Browser } from 'playwright-core';
import { freePort } from '../../apps/local/src/ports.ts';
import { eventually } from '../support/eventually.ts';
import {
  type DoctorPerson,
  PASSWORD,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../support/people.ts';
import { visitWithRoom } from '../support/visits.ts';
import { Laptop } from './support/laptop.ts';
import { pairInUse, watched } from './support/pairs.ts';
import { descendants, untilGone } from './support/processes.ts';
import { ServerProcess } from './support/server.ts';
import { chromiumPath, launchChromium, VisitPage } from './support/two-browsers.ts';

describe('a visit whose patient has a network', { skip: await Laptop.impossible() }, () => {
  let laptop: Laptop;
  let server: ServerProcess;
  let address: string;
  let browsers: Browser[];
  let doctor: DoctorPerson;
  let patient: Person;
  let network = 1;

  before(async () => {
    laptop = await Laptop.start();
    const port = await freePort();
    server = await ServerProcess.start({ HOST: '0.0.0.0' }, port);
    await laptop.plugIn(network);
    address = `http://${laptop.serverIn(network)}:${port}`;
    doctor = await registerDoctor(server.app, await registerAdmin(server.app));
    patient = await register(server.app);
    // Browsers give no camera to a page that came over plain http from elsewhere.
    const trusting = [`--unsafely-treat-insecure-origin-as-secure=${address}`];
    browsers = [
      await launchChromium(),
      await launchChromium(await laptop.commandFor(chromiumPath()), trusting),
    ];
  });
  after(async () => {
    const started = descendants();
    for (const browser of browsers) await browser.close();
    await server.close();
    await laptop.close();
    await untilGone(started);
  });

  async function meet(): Promise<[VisitPage, VisitPage]> {
    const { roomId } = await visitWithRoom(server.app, patient, doctor, network);
    expect((await doctor.client.post(`/api/rtc/rooms/${roomId}/start/`)).status).toBe(200);
    const enter = async (browser: Browser | undefined, base: string, person: Person) => {
      if (!browser) throw new Error('Two browsers were started.');
      const page = await VisitPage.open(browser, `${base}/visit/${roomId}`, watched);
      await page.signIn(person.email, PASSWORD);
      await page.enter();
      await page.untilView('call');
      return page;
    };
    const pages: [VisitPage, VisitPage] = [
      await enter(browsers[0], server.url, doctor),
      await enter(browsers[1], address, patient),
    ];
    for (const page of pages) {
      await page.untilMedia('connected');
      await page.untilFrames(10);
    }
    return pages;
  }

  const changes: [string, (next: number) => Promise<void>][] = [
    [
      'goes and the other comes a little later',
      async (next) => {
        await laptop.pullOut(network);
        await laptop.plugIn(next);
      },
    ],
    [
      'goes when the other is there',
      async (next) => {
        await laptop.plugIn(next);
        await laptop.pullOut(network);
      },
    ],
  ];
  for (const [how, change] of changes) {
    it(`which ${how}: both find each other at the new address, and nothing said is lost`, async () => {
      const pages = await meet();
      const [doctors, patients] = pages;
      expect((await pairInUse(patients)).address).toBe(laptop.addressIn(network));
      await doctors.say('before');
      await patients.untilMessages(1);
      await change(network + 1);
      network += 1;
      await doctors.say('meanwhile');
      await patients.say('Can you hear me?');
      await eventually(
        async () => (await pairInUse(patients)).address === laptop.addressIn(network),
        'the call uses the new address',
      );
      for (const page of pages) {
        await page.untilMedia('connected');
        await page.untilFrames(20);
      }
      await doctors.say('after');
      await patients.untilMessages(3);
      await doctors.untilMessages(1);
      expect(await patients.heard()).toEqual(['before', 'meanwhile', 'after']);
      expect(await doctors.heard()).toEqual(['Can you hear me?']);
      for (const page of pages) expect(await page.page.locator('.tile').count()).toBe(1);
      for (const page of pages) await page.close();
    });
  }
});
