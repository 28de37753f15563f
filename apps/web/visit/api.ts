/** The few calls of the visit page to the HTTP API, and where it keeps who it is. */
import { type IceServer, JoinRefused, type PreCallFindings } from '../../../libs/rtc-client/src/index.ts';

const STORED_TOKEN = 'televisit.access-token';
const STORED_GUEST_KEY = 'televisit.guest-key';
const STORED_PRESENCE = 'televisit.in-visit';

const roomId = decodeURIComponent(location.pathname.split('/').findLast(Boolean) ?? '');
const room = `/api/rtc/rooms/${encodeURIComponent(roomId)}`;

const fragment = new URLSearchParams(location.hash.slice(1));
// The page stays with the address that it came from, which the browser lets it talk to.
const websocket_url = `${location.origin.replace(/^http/, 'ws')}/ws/rtc/${roomId}/`;

let joinToken = fragment.get('join');
let guestLink = fragment.get('guest');
let guestKey = guestLink ? null : sessionStorage.getItem(`${STORED_GUEST_KEY}.${roomId}`);
const isGuest = Boolean(guestLink ?? guestKey);
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

/** What the server makes of a test before the visit. */
interface Expectation {
  readonly verdict: 'good' | 'limited' | 'unusable';
  readonly summary: string;
  readonly advice: readonly string[];
}

export const isAdmitted = (): boolean => Boolean(joinToken ?? guestLink ?? guestKey ?? accessToken);
export const isSignedIn = (): boolean => Boolean(accessToken);

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

/** What a test before the visit needs to know of the call. */
export async function callDetails() {
  const { ice_servers: iceServers } = await post<Grant>(`${room}/join/`);
  return { iceServers, websocketUrl: websocket_url, request: () => fetch('/health') };
}

export const savePreCallTest = (findings: PreCallFindings): Promise<Expectation> =>
  post(`${room}/pre-call-tests/`, findings);

async function joinAsGuest(signal: AbortSignal): Promise<Grant> {
  if (guestLink) {
    const { key } = await post<{ key: string }>('/api/rtc/guests/redeem/', { token: guestLink }, signal);
    guestKey = key;
    guestLink = null;
    sessionStorage.setItem(`${STORED_GUEST_KEY}.${roomId}`, key);
  }
  return post<Grant>('/api/rtc/guests/join/', { key: guestKey }, signal);
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

async function post<Data>(path: string, body: object = {}, signal?: AbortSignal): Promise<Data> {
  const response = await fetch(path, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(accessToken ? { Authorization: `Bearer ${accessToken}` } : {}),
    },
    body: JSON.stringify(body),
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
