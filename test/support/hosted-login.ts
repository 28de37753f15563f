import { createHash, randomBytes } from 'node:crypto';
import type { Client } from './client.ts';

/** Pages of a login; more means that it goes round in circles. */
const MOST_STEPS = 15;

export interface CallbackBody {
  readonly code: string;
  readonly code_verifier: string;
  readonly redirect_uri: string;
  readonly nonce?: string;
}

/**
 * Does what a browser app does to log in: asks the server where to go, walks through the provider's pages,
 * filling in what they ask for, and comes back with a code.
 *
 * @param answers what to type, by the name of the field.
 */
export async function hostedLogin(
  client: Client,
  redirectUri: string,
  answers: Record<string, string>,
  nonce?: string,
): Promise<CallbackBody> {
  const start = await client.get('/api/auth/cognito/authorize/');
  if (start.status !== 200) throw new Error(`No hosted login: ${JSON.stringify(start.body)}`);
  const { authorization_endpoint, client_id, scope, code_challenge_method } = start.body.data;
  const codeVerifier = randomBytes(32).toString('base64url');
  const state = randomBytes(8).toString('base64url');
  const url = new URL(authorization_endpoint);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id,
    scope,
    state,
    redirect_uri: redirectUri,
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    code_challenge_method,
    ...(nonce !== undefined && { nonce }),
  }).toString();
  const returned = await walk(url, redirectUri, answers);
  const code = returned.get('code');
  if (!code || returned.get('state') !== state) throw new Error(`The login ended with ${returned}`);
  return { code, code_verifier: codeVerifier, redirect_uri: redirectUri, ...(nonce && { nonce }) };
}

async function walk(
  start: URL,
  redirectUri: string,
  answers: Record<string, string>,
): Promise<URLSearchParams> {
  const cookies = new Map<string, string>();
  let url = start;
  let form: URLSearchParams | undefined;
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form && { method: 'POST', body: form }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const page = await response.text();
    const location = response.headers.get('location');
    if (location) {
      url = new URL(location, url);
      form = undefined;
      if (url.href.startsWith(redirectUri)) return url.searchParams;
    } else if (response.status === 200) {
      [url, form] = filled(page, url, answers);
    } else {
      throw new Error(`The login page answered ${response.status}: ${page}`);
    }
  }
  throw new Error(`The login does not end; it stands at ${url}`);
}

function filled(page: string, at: URL, answers: Record<string, string>): [URL, URLSearchParams] {
  const action = /<form[^>]*\baction="([^"]*)"/.exec(page)?.[1];
  if (action === undefined) throw new Error(`No form on the page: ${page}`);
  const form = new URLSearchParams();
  for (const [input] of page.matchAll(/<input[^>]*>/g)) {
    const name = attribute(input, 'name');
    if (name) form.set(name, answers[name] ?? attribute(input, 'value'));
  }
  return [new URL(unescaped(action), at), form];
}

function attribute(tag: string, name: string): string {
  return unescaped(new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? '');
}

function unescaped(html: string): string {
  return html.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');
}
