import { copyFile, mkdir } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
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
import { sitForPortrait } from './support/portraits.ts';
import { descendants, untilGone } from './support/processes.ts';
import { ServerProcess } from './support/server.ts';
import { TcpProxy } from './support/tcp-proxy.ts';
import { launchChromium, VisitPage } from './support/two-browsers.ts';

/** A dropped connection is the browser's to complain about; everything else is ours. */
const OF_THE_NETWORK = /WebSocket connection to .* failed|net::ERR_/;

describe('a visit in two browsers', () => {
  let network: TcpProxy;
  let server: ServerProcess;
  let browser: Browser;
  let doctor: DoctorPerson;
  let patient: Person;

  before(async () => {
    const port = await freePort();
    network = await TcpProxy.start(port);
    server = await ServerProcess.start({ BASE_URL: network.url }, port);
    const admin = await registerAdmin(server.app);
    doctor = await registerDoctor(server.app, admin, { name: 'Dr. Asha Rao' });
    patient = await register(server.app, 'patient', { first_name: 'Sam', last_name: 'Lee' });
    browser = await launchChromium();
  });
  after(async () => {
    const started = descendants();
    await browser.close();
    await server.close();
    await network.close();
    await untilGone(started);
  });

  it('is waited for, begun, seen, talked through, survives a broken network, and ends', async () => {
    const { id, roomId } = await visitWithRoom(server.app, patient, doctor, 0);
    const address = `${network.url}/visit/${roomId}`;
    const patients = await VisitPage.open(browser, address);
    const doctors = await VisitPage.open(browser, address);

    await patients.signIn(patient.email, PASSWORD);
    await patients.page.waitForSelector('body[data-verdict="good"]');
    expect(await patients.page.textContent('#verdict')).toContain('ready for the visit');
    const [test] = (await doctor.client.get(`/api/rtc/rooms/${roomId}/pre-call-tests/`)).body.data.items;
    expect(test).toMatchObject({
      role: 'patient',
      signalling: 'ok',
      turn: 'not_configured',
      verdict: 'good',
    });
    await patients.enter();
    await patients.untilView('waiting');
    expect(await patients.page.textContent('#waiting-text')).toContain('You are next.');
    expect(await patients.page.isVisible('#start')).toBe(false);

    await doctors.signIn(doctor.email, PASSWORD);
    await doctors.enter();
    await doctors.untilView('waiting');
    await doctors.page.getByRole('heading', { name: 'Sam Lee is here' }).waitFor();
    await doctors.page.locator('#readiness li', { hasText: 'Sam Lee: ready for the visit' }).waitFor();
    expect(await patients.page.locator('#readiness li').count()).toBe(0);
    await doctors.page.click('#start');

    for (const one of [doctors, patients]) {
      await one.untilView('call');
      await one.untilMedia('connected');
    }
    for (const one of [doctors, patients]) await one.untilFrames(21);
    expect(await doctors.page.textContent('#others .name')).toBe('Sam Lee');

    await doctors.say('Can you hear me?');
    await patients.page.click('#chat-toggle');
    await patients.page.locator('#messages li', { hasText: 'Can you hear me?' }).waitFor();
    await patients.page.click('#mute');
    await doctors.page.locator('#others .name', { hasText: 'Sam Lee (muted)' }).waitFor();

    network.break();
    await Promise.all([doctors, patients].map((one) => one.untilSignalling('reconnecting')));
    await patients.say('Said without a network');
    network.mend();
    await Promise.all([doctors, patients].map((one) => one.untilSignalling('connected')));
    await doctors.page.locator('#messages li', { hasText: 'Said without a network' }).waitFor();
    await doctors.say('All is well');
    await patients.page.locator('#messages li', { hasText: 'All is well' }).waitFor();
    for (const one of [doctors, patients]) {
      expect(await one.messages()).toEqual(['Can you hear me?', 'Said without a network', 'All is well']);
      await one.untilMedia('connected');
      await one.untilFrames(20);
    }

    await doctors.page.click('#end');
    for (const one of [doctors, patients]) {
      await one.untilView('ended');
      expect(await one.page.textContent('#ended-title')).toBe('The visit has ended');
      expect(await one.page.isVisible('#again')).toBe(false);
      expect(one.complaints.filter((complaint) => !OF_THE_NETWORK.test(complaint))).toEqual([]);
      expect(one.requests.filter((request) => !request.startsWith(network.url))).toEqual([]);
      await one.close();
    }
    const visit = await doctor.client.get(`/api/appointments/${id}/`);
    expect(visit.body.data).toMatchObject({ status: 'completed', started_at: expect.any(String) });
    const refused = await patient.client.post(`/api/rtc/rooms/${roomId}/join/`);
    expect(refused.status).toBe(410);
  });

  it('shows both people, as in the picture of the README', async () => {
    const { roomId } = await visitWithRoom(server.app, patient, doctor, 1);
    await doctor.client.post(`/api/rtc/rooms/${roomId}/start/`);
    const [doctors, patients] = await Promise.all(
      (['doctor', 'patient'] as const).map((who) =>
        VisitPage.open(browser, `${network.url}/visit/${roomId}`, (context) => sitForPortrait(context, who)),
      ),
    );
    if (!doctors || !patients) throw new Error('Two pages were opened.');
    await patients.signIn(patient.email, PASSWORD);
    await patients.enter();
    await doctors.signIn(doctor.email, PASSWORD);
    await doctors.enter();
    for (const one of [doctors, patients]) {
      await one.untilMedia('connected');
      await one.untilFrames(20);
    }
    // The picture has found its full size.
    await doctors.page.waitForFunction(
      () => (document.querySelector<HTMLVideoElement>('.tile video')?.videoWidth ?? 0) >= 640,
    );
    for (const video of ['.tile video', '#self']) expect(await doctors.page.isVisible(video)).toBe(true);
    await mkdir('.data', { recursive: true });
    await doctors.page.screenshot({ path: '.data/visit.png' });
    if (process.env['UPDATE_SCREENSHOT'] === '1') await copyFile('.data/visit.png', 'docs/visit.png');
    for (const one of [doctors, patients]) await one.close();
  });
});
