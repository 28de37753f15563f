import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import type { Browser } from 'playwright-core';
import {
  type DoctorPerson,
  PASSWORD,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../support/people.ts';
import { visitWithRoom } from '../support/visits.ts';
import { descendants, untilGone } from './support/processes.ts';
import { type Program, startCoturn } from './support/programs.ts';
import { pairInUse, relayOnly } from './support/relay-only.ts';
import { ServerProcess } from './support/server.ts';
import { launchChromium, VisitPage } from './support/two-browsers.ts';

const TURN_SECRET = 'televisit-turn-secret';

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

  it('reaches both with the credentials that the room hands out', async () => {
    const pages = await meet(0);
    for (const page of pages) {
      await page.untilMedia('connected');
      expect(await page.untilFrames(20)).toBeGreaterThan(20);
      expect((await pairInUse(page)).kinds).toEqual(['relay', 'relay']);
    }
    for (const page of pages) await page.close();
  });
});
