import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startTestApp, type TestApp } from '../../support/app.ts';

describe('what is served beside the surfaces', () => {
  let app: TestApp;

  before(async () => {
    app = await startTestApp();
  });
  after(() => app.close());

  it('describes the API in OpenAPI 3.1', async () => {
    const { status, body } = await app.client().get('/openapi.json');
    expect(status).toBe(200);
    expect(body.openapi).toBe('3.1.0');
    expect(body.paths['/api/appointments/'].post['x-access']).toBe('patient');
  });

  it('describes signalling in AsyncAPI 3.0', async () => {
    const { status, body } = await app.client().get('/asyncapi.json');
    expect(status).toBe(200);
    expect(body.asyncapi).toBe('3.0.0');
    expect(body.channels.room.address).toBe('/ws/rtc/{room_id}/');
    expect(body.servers).toEqual({ own: { host: new URL(app.url).host, protocol: 'ws' } });
    const [joining, resuming] = body.components.schemas.hello.anyOf;
    expect(joining.required).toEqual(['type', 'token']);
    expect(resuming.required).toEqual(['type', 'resume_id', 'seq']);
    expect(resuming.properties.seq.minimum).toBe(1);
  });

  it('shows a reference that loads nothing from elsewhere', async () => {
    const moved = await app.client().get('/docs');
    expect([moved.status, moved.headers.get('location')]).toEqual([302, '/docs/']);
    const page = await app.client().get('/docs/');
    expect(page.status).toBe(200);
    expect(page.body).not.toMatch(/(src|href)="https?:/);
    const script = await app.client().get('/docs/js/scalar.js');
    expect(script.headers.get('content-type')).toContain('javascript');
  });

  it('tells whether it is alive, and whether it can do its work', async () => {
    expect((await app.client().get('/health')).body.data).toEqual({ healthy: true });
    expect((await app.client().get('/health/ready/')).body.data).toEqual({ healthy: true });
  });

  it('counts requests by route, never by path', async () => {
    await app.client().get('/api/doctors/00000000-0000-0000-0000-000000000000/');
    const { body } = await app.client().get('/metrics');
    expect(body).toContain(
      'http_request_duration_seconds_count{method="GET",route="/api/doctors/:id",status="404"} 1',
    );
    expect(body).not.toContain('00000000-0000');
  });

  it('serves the visit page, all of it from here', async () => {
    const page = await app.client().get('/visit/00000000-0000-0000-0000-000000000000');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    for (const [, path] of String(page.body).matchAll(/(?:src|href)="([^"]+)"/g)) {
      expect([path, (await app.client().get(path ?? '')).status]).toEqual([path, 200]);
    }
  });

  it('serves each module of the visit page with what it imports, in a browser’s language', async () => {
    const modules = new Map<string, string>();
    const load = async (path: string) => {
      if (modules.has(path)) return;
      const { status, headers, body } = await app.client().get(path);
      expect([path, status]).toEqual([path, 200]);
      expect(headers.get('content-type')).toContain('javascript');
      modules.set(path, String(body));
      for (const [, name] of String(body).matchAll(/from '([^']+)'/g)) {
        await load(new URL(name ?? '', `http://localhost${path}`).pathname);
      }
    };
    await load('/visit/modules/apps/web/visit/visit.js');
    expect([...modules.keys()]).toContain('/visit/modules/libs/rtc-client/src/peer-link.js');
    for (const code of modules.values()) expect(code).not.toMatch(/^interface |: string\b/m);
  });
});
