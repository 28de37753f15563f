import { type Html, html, page } from '../pages/html.ts';
import type { CaughtMail } from './mail-spool.ts';

const STYLE_PATH = '/dev/mail/style.css';

/** Served as a file of its own: the content security policy allows no style inside a page. */
export const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; accent-color: #0a6b5e; }
body { margin: 0 auto; max-width: 52rem; padding: 2rem 1.5rem; background: Canvas; color: CanvasText; }
h1 { font-size: 1.6rem; letter-spacing: -0.01em; margin: 0 0 1rem; }
a { color: inherit; }
ol { list-style: none; margin: 0; padding: 0; }
li { border-top: 1px solid color-mix(in srgb, CanvasText 15%, Canvas); }
li a { display: grid; grid-template-columns: 1fr auto; gap: 0 1rem; padding: 0.7rem 0; text-decoration: none; }
li a:hover strong { text-decoration: underline; }
small, dt { color: color-mix(in srgb, CanvasText 65%, Canvas); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.1rem 1rem; margin: 0 0 1.5rem; }
dd { margin: 0; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; margin: 0; padding: 1.25rem;
  border: 1px solid color-mix(in srgb, CanvasText 15%, Canvas); border-radius: 0.5rem; }
`;

export function listPage(mails: readonly CaughtMail[]): string {
  const rows = mails.map(
    ({ id, at, to, subject }) =>
      html`<li><a href="/dev/mail/${id}"><strong>${subject}</strong><small>${shown(at)}</small><small>to ${to}</small></a></li>`,
  );
  return page(
    'Mail',
    STYLE_PATH,
    html`<h1>Mail</h1>
<p><small>What this server has sent, newest first. Nothing of it has left this machine.</small></p>
${rows.length === 0 ? html`<p>Nothing yet.</p>` : html`<ol>${together(rows)}</ol>`}`,
  );
}

export function mailPage({ id, subject, from, to, at, text, attachments }: CaughtMail): string {
  const links = attachments.map(
    ({ name, contentType }, index) =>
      html`<dt>Attachment</dt><dd><a href="/dev/mail/${id}/attachments/${index}">${name}</a> <small>${contentType}</small></dd>`,
  );
  return page(
    subject,
    STYLE_PATH,
    html`<p><a href="/dev/mail">All mail</a></p>
<h1>${subject}</h1>
<dl>
<dt>From</dt><dd>${from}</dd>
<dt>To</dt><dd>${to}</dd>
<dt>Sent</dt><dd>${shown(at)}</dd>
${together(links)}</dl>
<pre>${linked(text.trim())}</pre>`,
  );
}

function together(parts: readonly Html[]): Html {
  return parts.reduce((all, part) => html`${all}${part}\n`, html``);
}

function shown(at: Temporal.Instant): string {
  return `${at.toString({ smallestUnit: 'second' }).replace('T', ' ').replace('Z', '')} UTC`;
}

/** Text with its addresses as links. */
function linked(text: string): Html {
  return text
    .split(/(https?:\/\/\S+)/)
    .map((part, index) => (index % 2 === 1 ? html`<a href="${part}">${part}</a>` : html`${part}`))
    .reduce((all, part) => html`${all}${part}`);
}
