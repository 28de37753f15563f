import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { freePort } from '../../apps/local/src/ports.ts';
import { eventually } from '../support/eventually.ts';
import { descendants, untilGone } from './support/processes.ts';

/** The two commands of the README's first screen, and the curl lines below them, as a reader would type them. */
describe('npm start', () => {
  let folder: string;
  let port: number;
  const running: ChildProcess[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'televisit-start-'));
    port = await freePort();
  });
  after(async () => {
    for (const process of running) process.kill('SIGTERM');
    await untilGone(descendants());
    await rm(folder, { recursive: true, force: true });
  });

  async function start(): Promise<{ child: ChildProcess; screen: () => string }> {
    let printed = '';
    const env = { ...process.env, NODE_ENV: undefined, PORT: String(port), DATA_DIR: folder };
    const child = spawn('npm', ['start'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    running.push(child);
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (text) => (printed += String(text)));
    await eventually(
      () => printed.includes('can be joined now') || child.exitCode !== null,
      'the welcome screen',
    );
    return { child, screen: () => printed };
  }

  it('prints one screen with every link and login', async () => {
    const { screen } = await start();
    for (const text of [
      '/docs',
      '/openapi.json',
      '/dev/mail',
      '/visit/',
      'televisit-demo',
      'dr.rao@televisit.test',
    ]) {
      expect(screen()).toContain(text);
    }
  });

  it('serves the curl lines of the README, as often as they are typed', async () => {
    const readme = await readFile('README.md', 'utf8');
    const [, lines = ''] = /```sh\n(API=[\s\S]*?)```/.exec(readme) ?? [];
    const script = lines.replace(/^API=.*$/m, `API=http://localhost:${port}`);
    for (const _ of ['first', 'again']) {
      const shell = spawn('bash', ['-euo', 'pipefail', '-c', script], { cwd: folder, stdio: 'pipe' });
      let printed = '';
      for (const stream of [shell.stdout, shell.stderr])
        stream.on('data', (text) => (printed += String(text)));
      const [code] = await once(shell, 'exit');
      expect({ code, printed }).toEqual({ code: 0, printed: expect.stringContaining('finalized') });
    }
    expect((await readFile(join(folder, 'prescription.pdf'))).subarray(0, 5).toString()).toBe('%PDF-');
  });

  it('leaves nothing behind when it is killed, and starts again with what it had', async () => {
    const [first] = running;
    const before = descendants();
    first?.kill('SIGKILL');
    await untilGone(before);
    const { child, screen } = await start();
    expect(screen()).toContain('can be joined now');
    const login = await fetch(`http://localhost:${port}/api/auth/login/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'patient@televisit.test', password: 'televisit-demo' }),
    });
    expect(login.status).toBe(200);
    const again = descendants();
    child.kill('SIGINT');
    await untilGone(again);
  });
});
