import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { Mailer } from '#platform';
import { startTestApp, type TestApp } from '../../support/app.ts';

const INVITATION = 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n';

describe('the inbox of a development server', () => {
  let app: TestApp;

  before(async () => {
    app = await startTestApp();
    const mailer = app.nest.get(Mailer);
    await mailer.send({
      to: 'first@example.test',
      subject: 'First <b>of all</b>',
      text: 'Go to https://televisit.test/visit/1?a=1&b=2 now.\n<script>alert(1)</script>',
      messageId: '<1@televisit>',
      invitation: { method: 'REQUEST', content: INVITATION },
    });
    await mailer.send({
      to: 'second@example.test',
      subject: 'Second',
      text: 'Plain.',
      messageId: '<2@televisit>',
    });
  });
  after(() => app.close());

  const inbox = async () => (await app.client().get('/dev/mail?format=json')).body.data;

  it('lists the newest mail first', async () => {
    const [second, first, ...others] = await inbox();
    expect(others).toEqual([]);
    expect(second).toMatchObject({ subject: 'Second', to: 'second@example.test', attachments: [] });
    expect(first).toEqual({
      id: expect.stringMatching(/^\d{8}T\d{9}Z-[0-9a-f]{8}$/),
      at: expect.any(String),
      from: 'no-reply@televisit.test',
      to: 'first@example.test',
      subject: 'First <b>of all</b>',
      message_id: '<1@televisit>',
      text: expect.stringContaining('Go to https://'),
      attachments: [
        { name: 'invite.ics', content_type: 'text/calendar', url: `/dev/mail/${first.id}/attachments/0` },
        { name: 'invite.ics', content_type: 'application/ics', url: `/dev/mail/${first.id}/attachments/1` },
      ],
    });
    expect(Math.abs(Date.parse(first.at) - Date.now())).toBeLessThan(60_000);

    const page = await app.client().get('/dev/mail/');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.body.indexOf('Second')).toBeLessThan(page.body.indexOf('First'));
    expect(page.body).toContain(`href="/dev/mail/${first.id}"`);
  });

  it('shows a mail as a page that runs and loads nothing foreign', async () => {
    const [, { id }] = await inbox();
    const page = await app.client().get(`/dev/mail/${id}`);
    expect(page.status).toBe(200);
    expect(page.body).toContain('<h1>First &lt;b&gt;of all&lt;/b&gt;</h1>');
    expect(page.body).toContain('<a href="https://televisit.test/visit/1?a=1&amp;b=2">');
    expect(page.body).toContain('&lt;script&gt;');
    expect(page.body).not.toMatch(/<script|style=|<style/);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    const style = await app.client().get('/dev/mail/style.css');
    expect(style.headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect(page.body).toContain('href="/dev/mail/style.css"');
    expect((await app.client().get(`/dev/mail/${id}?format=json`)).body.data.subject).toContain('First');
  });

  it('gives the attachments as they were sent', async () => {
    const [, { attachments }] = await inbox();
    for (const { url, content_type } of attachments) {
      const file = await app.client().get(url);
      expect(file.headers.get('content-type')).toContain(content_type);
      expect(file.headers.get('content-disposition')).toBe('attachment; filename="invite.ics"');
      expect(file.body).toBe(INVITATION);
    }
  });

  it('reaches nothing but mails', async () => {
    const [, { id }] = await inbox();
    expect((await app.client().get('/dev/mail/20260101T000000000Z-00000000')).status).toBe(404);
    expect((await app.client().get(`/dev/mail/${id}/attachments/2`)).status).toBe(404);
    for (const path of ['..%2Ftoken-signing-key', `${id}.eml`]) {
      expect((await app.client().get(`/dev/mail/${path}`)).status).toBe(400);
    }
  });

  it('is not there where mail is delivered', async () => {
    const other = await startTestApp({ MAIL_SPOOL_DIR: '' });
    try {
      for (const path of ['/dev/mail', '/dev/mail/style.css']) {
        const answer = await other.client().get(path);
        expect(answer.status).toBe(404);
        expect(answer.body.details.code).toBe('route_not_found');
      }
    } finally {
      await other.close();
    }
  });
});
