import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import type { Browser, BrowserContext } from 'playwright-core';
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
import { ServerProcess } from './support/server.ts';
import { launchChromium, VisitPage } from './support/two-browsers.ts';

/** Four pages send three pictures each: small ones, for one machine. */
async function smallPictures(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const { mediaDevices } = navigator;
    const get = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = ({ audio, video } = {}) =>
      get({
        ...(audio !== undefined && { audio }),
        ...(video !== undefined && { video: { width: 160, height: 120, frameRate: 10 } }),
      });
  });
}

describe('a visit of four', () => {
  let server: ServerProcess;
  let browser: Browser;
  let doctor: DoctorPerson;
  let patient: Person;

  before(async () => {
    server = await ServerProcess.start();
    doctor = await registerDoctor(server.app, await registerAdmin(server.app), { name: 'Dr. Asha Rao' });
    patient = await register(server.app, 'patient', { first_name: 'Sam', last_name: 'Lee' });
    browser = await launchChromium();
  });
  after(async () => {
    const started = descendants();
    await browser.close();
    await server.close();
    await untilGone(started);
  });

  /** On the doctor's page. @returns what was copied */
  async function invite({ page }: VisitPage, kind: string, name: string): Promise<string> {
    await page.locator('[data-action="guests"]:visible').click();
    await page.getByLabel('Who').selectOption({ label: kind });
    await page.getByLabel('Name').fill(name);
    await page.getByRole('button', { name: 'Make a link' }).click();
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByText('Copied.').waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(await page.getByLabel(`Link for ${name}`).inputValue()).toBe(copied);
    await page.getByRole('button', { name: 'Close' }).click();
    // It is shown once. The list's answer comes when nobody looks any more, and is not kept for the next look.
    const late = Promise.withResolvers<void>();
    const list = /\/guests\/\?/;
    await page.route(list, (route) => late.promise.then(() => route.continue()), { times: 1 });
    await page.locator('[data-action="guests"]:visible').click();
    expect(await page.getByLabel('Link for').isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Close' }).click();
    const answer = page.waitForResponse(list);
    late.resolve();
    await (await answer).finished();
    expect(await page.locator('#guest-list li').count()).toBe(0);
    return copied;
  }

  /** Who is invited, as the doctor reads it. */
  async function guestList({ page }: VisitPage): Promise<string[]> {
    await page.locator('[data-action="guests"]:visible').click();
    await page.locator('#guest-list li').first().waitFor();
    const lines = await page.locator('#guest-list li span').allTextContents();
    await page.getByRole('button', { name: 'Close' }).click();
    return lines;
  }

  const namesOn = (page: VisitPage) => page.page.locator('.tile .name').allTextContents();

  /** Waits until each of the others’ pictures moves on this page. */
  async function untilAllSeen({ page }: VisitPage, others: number): Promise<void> {
    await page.waitForFunction((count) => {
      const videos = [...document.querySelectorAll<HTMLVideoElement>('.tile video')];
      return (
        videos.length === count &&
        videos.every((video) => video.getVideoPlaybackQuality().totalVideoFrames > 10)
      );
    }, others);
  }

  it('has guests who wait until the doctor lets them in, and everybody sees everybody', async () => {
    const { roomId } = await visitWithRoom(server.app, patient, doctor);
    const address = `${server.url}/visit/${roomId}`;
    const doctors = await VisitPage.open(browser, address, async (context) => {
      await smallPictures(context);
      await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url });
    });
    await doctors.signIn(doctor.email, PASSWORD);
    await doctors.enter();
    await doctors.untilView('waiting');
    await doctors.page.click('#start');
    const patients = await VisitPage.open(browser, address, smallPictures);
    await patients.signIn(patient.email, PASSWORD);
    await patients.enter();
    for (const page of [doctors, patients]) await untilAllSeen(page, 1);

    const interpreters = await VisitPage.open(
      browser,
      await invite(doctors, 'Interpreter', 'Ira'),
      smallPictures,
    );
    expect(new URL(interpreters.page.url()).hash).toBe('');
    expect(await guestList(doctors)).toEqual(['Ira (interpreter) has not used the link yet']);
    // Opening the page uses nothing up; asking for a test does, and the guest still comes in.
    await interpreters.page.getByRole('button', { name: 'Test the connection' }).click();
    await interpreters.page.waitForSelector('body[data-verdict="good"]');
    expect(await guestList(doctors)).toEqual(['Ira (interpreter) has used the link']);
    const tests = await doctor.client.get(`/api/rtc/rooms/${roomId}/pre-call-tests/`);
    expect(tests.body.data.items[0]).toMatchObject({
      name: 'Ira',
      guest_kind: 'interpreter',
      verdict: 'good',
    });
    await interpreters.enter();
    await interpreters.untilView('waiting');
    expect(await namesOn(interpreters)).toEqual(['Dr. Asha Rao']);
    await doctors.page.getByRole('button', { name: 'Let Ira in' }).click();
    await interpreters.untilView('call');
    for (const page of [doctors, patients, interpreters]) await untilAllSeen(page, 2);

    const carers = await VisitPage.open(browser, await invite(doctors, 'Carer', 'Kim'), smallPictures);
    await carers.enter();
    await carers.untilView('waiting');
    await doctors.page.getByRole('button', { name: 'Let Kim in' }).click();
    const all = [doctors, patients, interpreters, carers];
    for (const page of all) await untilAllSeen(page, 3);
    expect((await namesOn(carers)).toSorted()).toEqual(['Dr. Asha Rao', 'Ira (interpreter)', 'Sam Lee']);

    await doctors.page.getByRole('button', { name: 'Ask Kim to wait' }).click();
    await carers.untilView('waiting');
    await doctors.page.locator('.tile .note', { hasText: 'In the waiting room' }).waitFor();
    await doctors.page.getByRole('button', { name: 'Let Kim in' }).click();
    await carers.untilView('call');
    for (const page of all) await untilAllSeen(page, 3);

    await carers.say('Hello from the carer');
    for (const page of all.slice(0, 3)) await page.untilMessages(1);

    // A guest who loads the page anew is let in by the key that the link was exchanged for.
    await interpreters.page.reload();
    await interpreters.untilView('call');
    for (const page of all) await untilAllSeen(page, 3);

    await patients.page.click('#call [data-action="leave"]');
    for (const page of [doctors, interpreters, carers]) await untilAllSeen(page, 2);

    expect(await patients.page.locator('[data-action="guests"]:visible').count()).toBe(0);
    await doctors.page.locator('[data-action="guests"]:visible').click();
    await doctors.page.getByLabel('Name').fill('One too many');
    await doctors.page.getByRole('button', { name: 'Make a link' }).click();
    await doctors.page.getByText('At most 2 guests').waitFor();
    await doctors.page.getByRole('button', { name: 'Withdraw Kim' }).click();
    await carers.untilView('ended');
    expect(await carers.page.textContent('#ended-title')).toBe('You were removed from this visit');
    await doctors.page.getByRole('button', { name: 'Withdraw Kim' }).waitFor({ state: 'detached' });
    await doctors.page.getByRole('button', { name: 'Close' }).click();
    expect(await guestList(doctors)).toEqual(['Ira (interpreter) has used the link']);
    await untilAllSeen(doctors, 1);
    // The third guest, whom the browser tells of, too.
    expect(doctors.complaints).toEqual([expect.stringContaining('409 (Conflict)')]);
    for (const page of [interpreters, carers]) expect(page.complaints).toEqual([]);
    for (const page of all) await page.close();
  });
});
