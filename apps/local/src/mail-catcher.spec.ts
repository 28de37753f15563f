import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { createTransport } from 'nodemailer';
import PostalMime from 'postal-mime';
import { type MailCatcher, startMailCatcher } from './mail-catcher.ts';
import { freePort } from './ports.ts';

describe('the mail catcher', () => {
  let folder: string;
  let catcher: MailCatcher;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'televisit-mail-'));
    catcher = await startMailCatcher({ port: await freePort(), folder });
  });
  after(async () => {
    await catcher.close();
    await rm(folder, { recursive: true });
  });

  it('stores a message as a whole file, in the order of arrival, and has stored it when it says so', async () => {
    const transport = createTransport(catcher.url);
    for (const subject of ['first', 'second']) {
      await transport.sendMail({ from: 'a@televisit.test', to: 'b@televisit.test', subject, text: 'Grüße' });
    }
    transport.close();
    const files = (await readdir(folder)).sort();
    expect(files).toEqual([expect.stringMatching(/\.eml$/), expect.stringMatching(/\.eml$/)]);
    const messages = await Promise.all(
      files.map(async (file) => PostalMime.parse(await readFile(join(folder, file)))),
    );
    expect(messages.map((message) => message.subject)).toEqual(['first', 'second']);
    expect(messages[0]?.text?.trim()).toBe('Grüße');
  });
});
