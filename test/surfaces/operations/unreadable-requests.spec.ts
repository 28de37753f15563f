import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startTestApp, type TestApp } from '../../support/app.ts';

describe('a request that cannot be read', () => {
  let app: TestApp;

  before(async () => {
    app = await startTestApp();
  });
  after(() => app.close());

  /** The answer to these bytes, until the server ends the connection. */
  const answerTo = async (bytes: string) => {
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    socket.write(bytes);
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
    return { line: head.split('\r\n')[0], head, body: JSON.parse(body) };
  };
  const failure = (code: string) => ({ error: expect.any(String), details: { code }, status: 'error' });

  it('is answered in the shape of every other error', async () => {
    const header = `Host: localhost\r\nConnection: close\r\n`;
    for (const [bytes, status, code] of [
      [`GET /api/doctors/%zz/ HTTP/1.1\r\n${header}\r\n`, '400 Bad Request', 'malformed_request'],
      [`FOO /api/doctors/ HTTP/1.1\r\n${header}\r\n`, '400 Bad Request', 'malformed_request'],
      [
        `POST /api/doctors/ HTTP/1.1\r\n${header}Content-Length: x\r\n\r\n`,
        '400 Bad Request',
        'malformed_request',
      ],
      ['What is this?\r\n\r\n', '400 Bad Request', 'malformed_request'],
      [
        `GET /api/doctors/ HTTP/1.1\r\n${header}X-Long: ${'x'.repeat(20_000)}\r\n\r\n`,
        '431 Request Header Fields Too Large',
        'headers_too_large',
      ],
    ] as const) {
      const answer = await answerTo(bytes);
      expect(answer.line).toBe(`HTTP/1.1 ${status}`);
      expect(answer.head.toLowerCase()).toContain('content-type: application/json; charset=utf-8');
      expect(answer.body).toEqual(failure(code));
    }
    expect((await app.client().get('/health/ready')).status).toBe(200);
  });
});
