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
  history.replaceState(null, '', location.pathname + location.search);
}
`;

/** The words of the page in its reader's language. */
export interface ResetWords {
  readonly language: string;
  text(key: string): string;
}

/** @param problem what was wrong with the password that was sent before */
export function resetPage(words: ResetWords, token = '', problem: string | null = null): string {
  return card(
    words,
    'title',
    problem !== null,
    html`<p>${problem ?? words.text('hint')}</p>
<form method="post" action="${PATH}?lang=${words.language}">
<input type="hidden" name="token" value="${token}">
<label for="password">${words.text('title')}</label>
<input id="password" name="password" type="password" autocomplete="new-password" minlength="${MIN_PASSWORD_LENGTH}" maxlength="128" required>
<button>${words.text('button')}</button>
</form>
<script src="${PATH}/token.js" defer></script>`,
  );
}

/** What there is to say when the form is not for anybody: the password is set, or the link is void. */
export function resetEndPage(words: ResetWords, how: 'done' | 'void'): string {
  return card(words, `${how}.title`, how === 'void', html`<p>${words.text(`${how}.text`)}</p>`);
}

function card(words: ResetWords, title: string, failed: boolean, content: Html): string {
  return page(
    words.text(title),
    `${PATH}/style.css`,
    html`<main class="${failed ? 'failed' : ''}">
<h1>${words.text(title)}</h1>
${content}
</main>`,
    words.language,
  );
}
