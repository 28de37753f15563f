/** Text that is markup already. */
class Html {
  constructor(readonly markup: string) {}
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Markup from a template: whatever is put in is escaped, unless it was made by `html` itself. */
export function html(
  strings: TemplateStringsArray,
  ...values: readonly (string | number | Html | null)[]
): Html {
  const parts = strings.flatMap((text, i) => [text, i < values.length ? asMarkup(values[i] ?? '') : '']);
  return new Html(parts.join(''));
}

export type { Html };

/** A whole page for people, in English unless it says otherwise. None of them is for search engines. */
export function page(title: string, stylePath: string, body: Html, language = 'en'): string {
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} – Televisit</title>
<link rel="stylesheet" href="${stylePath}">
</head>
<body>
${body}
</body>
</html>
`.markup;
}

function asMarkup(value: string | number | Html): string {
  if (value instanceof Html) return value.markup;
  return String(value).replaceAll(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign);
}
