import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const CHROMIUM_PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Headless, with a camera and a microphone that are not there. */
const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--allow-loopback-in-peer-connection',
];

/** @throws when none is installed; `CHROMIUM_PATH` names one in another place. */
export function chromiumPath(): string {
  const path = process.env.CHROMIUM_PATH ?? CHROMIUM_PATHS.find((one) => existsSync(one));
  if (!path) throw new Error('No chromium was found. On Debian: apt-get install chromium');
  return path;
}

/** @param flags more of them */
export async function launchChromium(
  executablePath = chromiumPath(),
  flags: readonly string[] = [],
): Promise<Browser> {
  return chromium.launch({ executablePath, args: [...FLAGS, ...flags] });
}

/** One person in front of a visit page, in a browser profile of their own. */
export class VisitPage {
  /** What the browser complained about: errors in scripts, refused content, failed requests. */
  readonly complaints: string[] = [];
  /** Every address that the page asked for. */
  readonly requests: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
  ) {
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    page.on('request', (request) => this.requests.push(request.url()));
  }

  /**
   * @param url the visit page, where needed with `#token=` or `#join=`.
   * @param prepare changes the browser before the page is opened.
   */
  static async open(
    browser: Browser,
    url: string,
    prepare: (context: BrowserContext) => Promise<void> = async () => undefined,
  ): Promise<VisitPage> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    await prepare(context);
    const visit = new VisitPage(context, await context.newPage());
    await visit.page.goto(url);
    return visit;
  }

  async signIn(email: string, password: string): Promise<void> {
    await this.untilView('sign-in');
    await this.page.fill('input[name=email]', email);
    await this.page.fill('input[name=password]', password);
    await this.page.click('#sign-in-form button[type=submit]');
  }

  /** Accepts the devices that are offered and enters. */
  async enter(): Promise<void> {
    await this.untilView('devices');
    await this.page.waitForFunction(() => {
      const preview = document.querySelector<HTMLVideoElement>('#preview');
      return preview !== null && preview.videoWidth > 0;
    });
    await this.page.click('#enter');
  }

  async untilView(view: 'sign-in' | 'devices' | 'waiting' | 'call' | 'ended'): Promise<void> {
    try {
      await this.page.waitForSelector(`body[data-view="${view}"]`);
    } catch (cause) {
      throw new Error(`Not the view ${view}. The browser complained of: ${this.complaints.join('; ')}`, {
        cause,
      });
    }
  }

  /** The signalling connection. */
  async untilSignalling(state: 'connecting' | 'connected' | 'reconnecting' | 'closed'): Promise<void> {
    await this.page.waitForSelector(`body[data-connection="${state}"]`);
  }

  /** The media connection to the other person. */
  async untilMedia(state: RTCPeerConnectionState): Promise<void> {
    await this.page.waitForSelector(`body[data-media="${state}"]`);
  }

  async untilMediaIsNot(state: RTCPeerConnectionState): Promise<void> {
    await this.page.waitForSelector(`body:not([data-media="${state}"])`);
  }

  /** How many frames of the other person's video were decoded and put on the page so far. */
  decodedFrames(): Promise<number> {
    return this.page.evaluate(
      () =>
        document.querySelector<HTMLVideoElement>('.tile video')?.getVideoPlaybackQuality().totalVideoFrames ??
        0,
    );
  }

  /** Waits until the other person's picture moves: `count` more frames than now. */
  async untilFrames(count: number): Promise<void> {
    const goal = (await this.decodedFrames()) + count;
    await this.page.waitForFunction(
      (frames) =>
        (document.querySelector<HTMLVideoElement>('.tile video')?.getVideoPlaybackQuality()
          .totalVideoFrames ?? 0) >= frames,
      goal,
    );
  }

  async say(text: string): Promise<void> {
    if (await this.page.isHidden('#chat')) await this.page.click('#chat-toggle');
    await this.page.fill('#chat-text', text);
    await this.page.press('#chat-text', 'Enter');
  }

  /** What the others said. */
  heard(): Promise<string[]> {
    return this.page.locator('#messages li:not(.own)').allTextContents();
  }

  /** Waits until the others have said so much. */
  async untilMessages(count: number): Promise<void> {
    await this.page.waitForFunction(
      (wanted) => document.querySelectorAll('#messages li:not(.own)').length >= wanted,
      count,
    );
  }

  /** Stops everything that the page does, as a browser does with one that nobody looks at; or lets it go on. */
  async freeze(isFrozen: boolean): Promise<void> {
    const session = await this.context.newCDPSession(this.page);
    await session.send('Page.setWebLifecycleState', { state: isFrozen ? 'frozen' : 'active' });
    await session.detach();
  }

  messages(): Promise<string[]> {
    return this.page.locator('#messages li').allTextContents();
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}
