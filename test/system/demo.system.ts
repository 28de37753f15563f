import { after, before, describe, it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { expect } from 'expect';
import { hashPassword } from '#auth';
import { ADMIN_EMAIL, PASSWORD } from '../../apps/local/src/demo/cast.ts';
import { DemoFailure } from '../../apps/local/src/demo/demo-failure.ts';
import { playDemo } from '../../apps/local/src/demo/play.ts';
import { Screen } from '../../apps/local/src/demo/screen.ts';
import { freePort } from '../../apps/local/src/ports.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { register } from '../support/people.ts';

describe('npm run demo', () => {
  let app: TestApp;
  before(async () => {
    // Who comes to the visit of the demo finds it open, as on a server of their own.
    app = await startTestApp({ VISIT_OPENS_MINUTES: '15' });
    // The demo's administrator is one of the seed's people.
    const { userId } = await register(app, 'patient', { email: ADMIN_EMAIL });
    // The seed's passwords are easier than one that a person may choose.
    await app.sql(`update users set roles = '{admin}', password_hash = $2 where id = $1`, [
      userId,
      await hashPassword(PASSWORD),
    ]);
  });
  after(() => app.close());

  async function play(baseUrl: string): Promise<string> {
    let printed = '';
    await playDemo(baseUrl, new Screen((text) => (printed += text)));
    return stripVTControlCharacters(printed);
  }

  it('plays the main job, more than once', async () => {
    await play(app.url);
    const printed = await play(app.url);

    for (const step of [1, 2, 3, 4, 5, 6, 7]) expect(printed).toMatch(new RegExp(`^  ${step}  `, 'm'));
    for (const link of ['/dev/mail/', '/visit/', '/verify/', 'X-Amz-Signature=']) {
      expect(printed).toContain(link);
    }
    expect(printed).toContain('Loud and clear.');
    expect(printed).toContain('RX-');
    expect(printed).not.toMatch(/eyJ/);
    if (process.env.SHOW_DEMO) process.stderr.write(printed);
    await app.drained();
    expect(await app.sql(`select name from pgboss.job where state in ('failed', 'retry')`)).toEqual([]);
  });

  it('says plainly that no server answers', async () => {
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    await expect(play(nowhere)).rejects.toThrow(DemoFailure);
    await expect(play(nowhere)).rejects.toThrow(/No answer from http.*npm start/);
  });
});
