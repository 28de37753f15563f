/** The few calls of the visit page to the HTTP API, and where it keeps who it is. */
import {
  type GuestKind,
  type IceServer,
  JoinRefused,
  type PreCallFindings,
} from '../../../libs/rtc-client/src/index.ts';

const STORED_TOKEN = 'televisit.access-token';
const STORED_GUEST_KEY = 'televisit.guest-key';
const STORED_PRESENCE = 'televisit.in-visit';

const roomId = decodeURIComponent(location.pathname.split('/').findLast(Boolean) ?? '');
const room = `/api/rtc/rooms/${encodeURIComponent(roomId)}`;

const fragment = new URLSearchParams(location.hash.slice(1));
// The page stays with the address that it came from, which the browser lets it talk to.
const websocket_url = `${location.origin.replace(/^http/, 'ws')}/ws/rtc/${roomId}/`;

let joinToken = fragment.get('join');
const guestLink = fragment.get('guest');
let guestKey = guestLink ? null : sessionStorage.getItem(`${STORED_GUEST_KEY}.${roomId}`);
const isGuest = Boolean(guestLink ?? guestKey);
/** The exchange of the link, which works once: whoever asks meanwhile waits for the same. */
let redemption: Promise<string> | null = null;
let accessToken =
  fragment.get('token') ?? (joinToken || isGuest ? null : sessionStorage.getItem(STORED_TOKEN));
// Secrets do not stay in the address bar, where they would be bookmarked and shared.
if (location.hash) history.replaceState(null, '', location.pathname + location.search);
if (accessToken) sessionStorage.setItem(STORED_TOKEN, accessToken);

/** An answer of the API that is not a success. */
class Refusal extends Error {
  readonly status: number;
  readonly code: string | undefined;

  constructor(status: number, message: string, code: string | undefined) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

interface Grant {
  readonly token: string;
  readonly websocket_url: string;
  readonly ice_servers: readonly IceServer[];
}

/** A test before the visit, and what the server makes of it. */
export interface Expectation {
  readonly participant_id: string;
  readonly name: string;
  readonly verdict: 'good' | 'limited' | 'unusable';
  readonly problems: readonly string[];
  readonly summary: string;
  readonly advice: readonly string[];
}

export interface Guest {
  readonly id: string;
  readonly kind: GuestKind;
  readonly display_name: string;
  readonly status: 'invited' | 'joined' | 'expired' | 'withdrawn';
}

interface Page<Item> {
  readonly items: readonly Item[];
}

export const isAdmitted = (): boolean => Boolean(joinToken ?? accessToken) || isGuest;
export const isSignedIn = (): boolean => Boolean(accessToken);
/** Whether this page can test the connection: who came by a join token can do nothing but join. */
export const mayTest = (): boolean => isSignedIn() || isGuest;
/** Whether testing would use up a link, which nobody but the person who was invited may do. */
export const testUsesLink = (): boolean => isGuest && !guestKey;

/** Whether this page was in the visit when it was loaded anew. */
export const wasInVisit = (): boolean => sessionStorage.getItem(STORED_PRESENCE) === roomId;

export function rememberPresence(isIn: boolean): void {
  if (isIn) sessionStorage.setItem(STORED_PRESENCE, roomId);
  else sessionStorage.removeItem(STORED_PRESENCE);
}

export async function signIn(email: string, password: string): Promise<void> {
  const { access_token } = await post<{ access_token: string }>('/api/auth/login/', { email, password });
  accessToken = access_token;
  sessionStorage.setItem(STORED_TOKEN, access_token);
}

/**
 * A fresh join token, as RtcClient asks for it.
 * @throws JoinRefused
 */
export async function join(signal: AbortSignal): Promise<Pick<Grant, 'token' | 'websocket_url'>> {
  if (joinToken) {
    const token = joinToken;
    joinToken = null;
    return { token, websocket_url };
  }
  if (!isAdmitted()) {
    throw new JoinRefused('sign_in', 'The link was for one use. Ask for a new one, or sign in.');
  }
  try {
    const { token } = await (isGuest ? joinAsGuest(signal) : post<Grant>(`${room}/join/`, {}, signal));
    return { token, websocket_url };
  } catch (error) {
    throw error instanceof Refusal ? asJoinFailure(error) : error;
  }
}

export const startVisit = (): Promise<unknown> => post(`${room}/start/`);
export const endVisit = (): Promise<unknown> => post(`${room}/end/`);

/** The doctor lets somebody in, or asks them to wait. */
export const admit = (participant_id: string, isLetIn: boolean): Promise<unknown> =>
  post(`${room}/${isLetIn ? 'admit' : 'return-to-waiting'}/`, { participant_id });

/** The guests of the visit, those included who are not invited any more. */
export const guests = async (): Promise<readonly Guest[]> =>
  (await call<Page<Guest>>('GET', `${room}/guests/?page_size=100`)).items;

/** @returns the link, which is told once */
export const invite = async (kind: GuestKind, display_name: string): Promise<string> =>
  (await post<{ url: string }>(`${room}/guests/`, { kind, display_name })).url;

export const withdraw = (guestId: string): Promise<unknown> => call('DELETE', `${room}/guests/${guestId}/`);

/** What a test before the visit needs to know of the call. */
export async function callDetails(signal: AbortSignal) {
  const grant = isGuest ? joinAsGuest(signal) : post<Grant>(`${room}/join/`, {}, signal);
  const { ice_servers: iceServers } = await grant;
  return { iceServers, websocketUrl: websocket_url, request: () => fetch('/health') };
}

export const savePreCallTest = (findings: PreCallFindings): Promise<Expectation> =>
  isGuest
    ? post('/api/rtc/guests/pre-call-tests/', { key: guestKey, ...findings })
    : post(`${room}/pre-call-tests/`, findings);

/** What everybody's tests came to, newest first. */
export const preCallTests = async (): Promise<readonly Expectation[]> =>
  (await call<Page<Expectation>>('GET', `${room}/pre-call-tests/`)).items;

async function joinAsGuest(signal: AbortSignal): Promise<Grant> {
  // Not ended by the signal: the link works once, and its answer must arrive.
  redemption ??= redeem();
  guestKey ??= await redemption;
  return post<Grant>('/api/rtc/guests/join/', { key: guestKey }, signal);
}

async function redeem(): Promise<string> {
  if (guestKey) return guestKey;
  try {
    const { key } = await post<{ key: string }>('/api/rtc/guests/redeem/', { token: guestLink });
    sessionStorage.setItem(`${STORED_GUEST_KEY}.${roomId}`, key);
    return key;
  } catch (error) {
    redemption = null;
    throw error;
  }
}

function asJoinFailure(refusal: Refusal): Error {
  if (refusal.status === 401 && !isGuest) {
    accessToken = null;
    sessionStorage.removeItem(STORED_TOKEN);
    return new JoinRefused('sign_in', 'Please sign in again.');
  }
  // Too many requests and everything of the server's side passes; the rest does not.
  const isFinal = refusal.status >= 400 && refusal.status < 500 && refusal.status !== 429;
  return isFinal ? new JoinRefused(refusal.code ?? 'refused', refusal.message) : refusal;
}

function post<Data>(path: string, body: object = {}, signal?: AbortSignal): Promise<Data> {
  return call('POST', path, body, signal);
}

async function call<Data>(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: object,
  signal?: AbortSignal,
): Promise<Data> {
  const response = await fetch(path, {
    method,
    headers: {
      ...(body && { 'Content-Type': 'application/json' }),
      ...(accessToken ? { Authorization: `Bearer ${accessToken}` } : {}),
    },
    ...(body && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  });
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer.data;
  throw new Refusal(
    response.status,
    answer.error ?? 'The server did not answer. Please try again.',
    answer.details?.code,
  );
}
