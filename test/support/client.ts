import { assertAsPublished } from './contract.ts';

/** An answer as it came over the wire. */
export interface Answer<Body = MarketplaceBody> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

// A test looks into bodies that it knows the shape of.
// oxlint-disable-next-line no-explicit-any
type MarketplaceBody = any;

type Headers_ = Record<string, string>;

/** A caller who knows nothing of the inside: HTTP only. Every answer is held against the published API. */
export class Client {
  constructor(
    readonly url: string,
    readonly headers: Headers_ = {},
  ) {}

  /** The same caller, logged in with an access token. */
  as(accessToken: string): Client {
    return this.with({ authorization: `Bearer ${accessToken}` });
  }

  with(headers: Headers_): Client {
    return new Client(this.url, { ...this.headers, ...headers });
  }

  get(path: string): Promise<Answer> {
    return this.request('GET', path);
  }

  post(path: string, body?: unknown): Promise<Answer> {
    return this.request('POST', path, body);
  }

  put(path: string, body?: unknown): Promise<Answer> {
    return this.request('PUT', path, body);
  }

  patch(path: string, body?: unknown): Promise<Answer> {
    return this.request('PATCH', path, body);
  }

  delete(path: string): Promise<Answer> {
    return this.request('DELETE', path);
  }

  async request(method: string, path: string, body?: unknown): Promise<Answer> {
    const { status, headers, text } = await this.raw(method, path, body);
    const json = headers.get('content-type')?.includes('json') ?? false;
    const parsed = json ? JSON.parse(text) : text;
    if (json) assertAsPublished(method, path, status, parsed);
    return { status, headers, body: parsed };
  }

  /** The answer as it came, whatever it is. */
  async raw(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly headers: Headers; readonly text: string }> {
    const asItIs = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(new URL(path, this.url), {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...this.headers },
      ...(body !== undefined && { body: asItIs ? (body as BodyInit) : JSON.stringify(body) }),
      redirect: 'manual',
    });
    const { status } = response;
    // A stream of events has no end to wait for; test/support/event-listener.ts reads one.
    if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
      await response.body?.cancel();
      return { status, headers: response.headers, text: '' };
    }
    return { status, headers: response.headers, text: await response.text() };
  }
}
