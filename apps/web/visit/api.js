/** The few calls of the visit page to the HTTP API, and where it keeps the sign-in. */
import { JoinRefused } from './rtc-client.js';

const STORED_TOKEN = 'televisit.access-token';

const roomId = decodeURIComponent(location.pathname.split('/').filter(Boolean).at(-1) ?? '');

const fragment = new URLSearchParams(location.hash.slice(1));
let joinToken = fragment.get('join');
let accessToken = fragment.get('token') ?? (joinToken ? null : sessionStorage.getItem(STORED_TOKEN));
// Secrets do not stay in the address bar, where they would be bookmarked and shared.
if (location.hash) history.replaceState(null, '', location.pathname + location.search);
if (accessToken) sessionStorage.setItem(STORED_TOKEN, accessToken);

export const isAdmitted = () => Boolean(joinToken || accessToken);
export const isSignedIn = () => Boolean(accessToken);

export async function signIn(email, password) {
  const { data } = await post('/api/auth/login/', { email, password });
  accessToken = data.access_token;
  sessionStorage.setItem(STORED_TOKEN, accessToken);
}

function signOut() {
  accessToken = null;
  sessionStorage.removeItem(STORED_TOKEN);
}

/** A fresh join token, as {@link RtcClient} asks for it. */
export async function join() {
  if (joinToken) {
    const token = joinToken;
    joinToken = null;
    return { token, websocket_url: `${location.origin.replace(/^http/, 'ws')}/ws/rtc/${roomId}/` };
  }
  if (!accessToken)
    throw new JoinRefused('sign_in', 'The link was for one use. Ask for a new one, or sign in.');
  try {
    const { data } = await post(`/api/rtc/rooms/${encodeURIComponent(roomId)}/join/`);
    return data;
  } catch (error) {
    if (error.status === 401) {
      signOut();
      throw new JoinRefused('sign_in', 'Please sign in again.');
    }
    // Too many requests and everything of the server's side passes; the rest does not.
    if (error.status >= 400 && error.status < 500 && error.status !== 429) {
      throw new JoinRefused(error.code ?? 'refused', error.message);
    }
    throw error;
  }
}

export const startVisit = () => post(`/api/rtc/rooms/${encodeURIComponent(roomId)}/start/`);
export const endVisit = () => post(`/api/rtc/rooms/${encodeURIComponent(roomId)}/end/`);

async function post(path, body = {}) {
  const response = await fetch(path, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(accessToken ? { Authorization: `Bearer ${accessToken}` } : {}),
    },
    body: JSON.stringify(body),
  });
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  throw Object.assign(new Error(answer.error ?? 'The server did not answer. Please try again.'), {
    status: response.status,
    code: answer.details?.code,
  });
}
