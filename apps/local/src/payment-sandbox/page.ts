/** The page's own style; nothing is loaded from anywhere. */
const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: Canvas; color: CanvasText; }
main { width: min(24rem, calc(100vw - 3rem)); }
h1 { font-size: 2.5rem; margin: 0; letter-spacing: -0.02em; }
p { margin: 0.25rem 0 1.25rem; }
small { opacity: 0.7; }
form { display: grid; gap: 0.6rem; margin-bottom: 1.25rem; }
button { font: inherit; padding: 0.7rem 1rem; border-radius: 0.5rem; border: 1px solid GrayText;
  background: none; color: inherit; cursor: pointer; }
button:first-of-type { background: #0a6b5e; border-color: #0a6b5e; color: #fff; }
.refused { color: #c0392b; }
`;

/** A page for people; nothing is loaded from anywhere. `body` is HTML. */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
<main>
${body}
</main>
</html>
`;
}

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
