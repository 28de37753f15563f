import { MIN_PASSWORD_LENGTH } from '#auth';
import { CARD_STYLE } from './card.style.ts';
import { type Html, html, page } from './html.ts';

const PATH = '/reset-password';

export const RESET_STYLE = `${CARD_STYLE}main { --tone: var(--valid); }
main.failed { --tone: var(--danger); }
label { display: block; margin: 1.25rem 0 .25rem; }
input { width: 100%; padding: .6rem; font: inherit; border: 1px solid var(--line); border-radius: 4px; }
button {
  margin-top: 1.25rem;
  padding: .6rem 1.25rem;
  font: inherit;
  border: 0;
  border-radius: 4px;
  background: var(--valid);
  color: var(--card);
}
`;

/** The token stands behind the #, which a browser does not send: it is put into the form here. */
export const RESET_SCRIPT = `const token = new URLSearchParams(location.hash.slice(1)).get('token');
const field = document.querySelector('input[name=token]');
if (token) {
  field.value = token;
  history.replaceState(null, '', location.pathname);
}
`;

/** @param problem what was wrong with the password that was sent before */
export function resetPage(token = '', problem: string | null = null): string {
  return card(
    'New password',
    problem !== null,
    html`<p>${problem ?? `At least ${MIN_PASSWORD_LENGTH} characters: a few words that nobody would guess.`}</p>
<form method="post" action="${PATH}">
<input type="hidden" name="token" value="${token}">
<label for="password">New password</label>
<input id="password" name="password" type="password" autocomplete="new-password" minlength="${MIN_PASSWORD_LENGTH}" maxlength="128" required>
<button>Set the password</button>
</form>
<script src="${PATH}/token.js" defer></script>`,
  );
}

export function resetDonePage(): string {
  return card(
    'The password is set',
    false,
    html`<p>You were logged out everywhere. Log in with the new password.</p>`,
  );
}

export function resetVoidPage(): string {
  return card(
    'This link no longer works',
    true,
    html`<p>It was used before, is too old, or a newer one was sent. Ask for a new one where you log in.</p>`,
  );
}

function card(title: string, failed: boolean, content: Html): string {
  return page(
    title,
    `${PATH}/style.css`,
    html`<main class="${failed ? 'failed' : ''}">
<h1>${title}</h1>
${content}
</main>`,
  );
}
