import type { CaughtMail } from './mail-spool.ts';

export const STYLE_PATH = '/dev/mail/style.css';

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
      `<li><a href="/dev/mail/${id}"><strong>${escaped(subject)}</strong><small>${shown(at)}</small>` +
      `<small>to ${escaped(to)}</small></a></li>`,
  );
  return page(
    'Mail',
    `<h1>Mail</h1>
<p><small>What this server has sent, newest first. Nothing of it has left this machine.</small></p>
${rows.length === 0 ? '<p>Nothing yet.</p>' : `<ol>${rows.join('\n')}</ol>`}`,
  );
}

export function mailPage(mail: CaughtMail): string {
  const attachments = mail.attachments.map(
    ({ name, contentType }, index) =>
      `<a href="/dev/mail/${mail.id}/attachments/${index}">${escaped(name)}</a> <small>${escaped(contentType)}</small>`,
  );
  const facts: [string, string][] = [
    ['From', escaped(mail.from)],
    ['To', escaped(mail.to)],
    ['Sent', shown(mail.at)],
    ...attachments.map((attachment): [string, string] => ['Attachment', attachment]),
  ];
  return page(
    mail.subject,
    `<p><a href="/dev/mail">All mail</a></p>
<h1>${escaped(mail.subject)}</h1>
<dl>${facts.map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>`).join('\n')}</dl>
<pre>${linked(escaped(mail.text.trim()))}</pre>`,
  );
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<link rel="stylesheet" href="${STYLE_PATH}">
</head>
<body>
${body}
</body>
</html>
`;
}

function shown(at: Temporal.Instant): string {
  return `${at.toString({ smallestUnit: 'second' }).replace('T', ' ').replace('Z', '')} UTC`;
}

/** `escapedText` with its addresses as links. */
function linked(escapedText: string): string {
  return escapedText.replaceAll(/https?:\/\/[^\s<]+/g, (url) => `<a href="${url}">${url}</a>`);
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}
