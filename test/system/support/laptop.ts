import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { processStart } from '../../../apps/local/src/process-identity.ts';

const run = promisify(execFile);

/** Each network is 10.231.<number>.0/24: this machine is .1 of it, the laptop .2. */
const PREFIX = '10.231';

const NAME = 'televisit-';

const ip = (...args: string[]) => run('ip', args);

/**
 * A computer beside this one, with cards that can be pulled and put in: a network namespace of Linux
 * (https://man7.org/linux/man-pages/man8/ip-netns.8.html). Needs root, and a kernel or container that lets it.
 */
export class Laptop {
  private constructor(
    private readonly name: string,
    private readonly folder: string,
  ) {}

  /** @returns why there can be none on this machine, or `false` */
  static async impossible(): Promise<string | false> {
    try {
      const laptop = await Laptop.start();
      try {
        await laptop.plugIn(254);
      } finally {
        await laptop.close();
      }
      return false;
    } catch (error) {
      const { stderr, message } = error as Error & { stderr?: string };
      return `This machine allows no network namespace: ${(stderr || message).trim()}`;
    }
  }

  static async start(): Promise<Laptop> {
    await removeLeftovers();
    const name = `${NAME}${process.pid}`;
    await ip('netns', 'add', name);
    const laptop = new Laptop(name, await mkdtemp(join(tmpdir(), 'televisit-laptop-')));
    try {
      await ip('-n', name, 'link', 'set', 'lo', 'up');
      return laptop;
    } catch (error) {
      await laptop.close();
      throw error;
    }
  }

  addressIn(network: number): string {
    return `${PREFIX}.${network}.2`;
  }

  /** Where the laptop finds this machine in a network, and later from others. */
  serverIn(network: number): string {
    return `${PREFIX}.${network}.1`;
  }

  /** Puts the card of a network in, through which everything goes from then on. */
  async plugIn(network: number): Promise<void> {
    const [near, far] = [this.#linkOf(network), `net${network}`];
    const here = this.serverIn(network);
    await ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', this.name);
    // An address of IPv6, which the card would get a second later, is another change of network to a browser: it
    // breaks off what it is loading.
    await ip('link', 'set', near, 'addrgenmode', 'none');
    await ip('-n', this.name, 'link', 'set', far, 'addrgenmode', 'none');
    await ip('addr', 'add', `${here}/24`, 'dev', near);
    await ip('link', 'set', near, 'up');
    await ip('-n', this.name, 'addr', 'add', `${this.addressIn(network)}/24`, 'dev', far);
    await ip('-n', this.name, 'link', 'set', far, 'up');
    await ip('-n', this.name, 'route', 'replace', 'default', 'via', here);
  }

  /** Pulls a card out: its address is gone from the laptop. This machine keeps its own. */
  async pullOut(network: number): Promise<void> {
    await ip('-n', this.name, 'addr', 'flush', 'dev', `net${network}`);
    await ip('-n', this.name, 'link', 'set', `net${network}`, 'down');
  }

  /** A program that runs `executable` on the laptop. */
  async commandFor(executable: string): Promise<string> {
    const path = join(this.folder, 'run');
    await writeFile(path, `#!/bin/sh\nexec nsenter --net=/run/netns/${this.name} ${executable} "$@"\n`);
    await chmod(path, 0o755);
    return path;
  }

  async close(): Promise<void> {
    await remove(process.pid);
    await rm(this.folder, { recursive: true });
  }

  #linkOf(network: number): string {
    return `${linkPrefix(process.pid)}${network}`;
  }
}

/** The kernel takes at most 15 characters for the name of a card. */
const linkPrefix = (pid: number) => `tv${pid.toString(36)}n`;

async function remove(pid: number): Promise<void> {
  // With one end of a card goes the other.
  const { stdout } = await ip('-brief', 'link', 'show', 'type', 'veth');
  for (const [link] of stdout.matchAll(new RegExp(`^${linkPrefix(pid)}\\d+`, 'gm')))
    await ip('link', 'del', link);
  await ip('netns', 'del', `${NAME}${pid}`);
}

/** What a run left that was killed would take the addresses of the next. */
async function removeLeftovers(): Promise<void> {
  const { stdout } = await ip('netns', 'list');
  for (const [, pid] of stdout.matchAll(new RegExp(`^${NAME}(\\d+)`, 'gm')))
    if ((await processStart(Number(pid))) === undefined) await remove(Number(pid));
}
