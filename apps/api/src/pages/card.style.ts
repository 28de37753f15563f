/** One card in the middle of the page, with a stripe in the colour of what it says. */
export const CARD_STYLE = `:root {
  color-scheme: light dark;
  --ground: light-dark(#f1f6f6, #10171c);
  --card: light-dark(#ffffff, #18222a);
  --ink: light-dark(#17212b, #e6edf2);
  --muted: light-dark(#586573, #9fb0bd);
  --line: light-dark(#cfd7dd, #2c3a45);
  --valid: light-dark(#0b6b6b, #5cc8c0);
  --danger: light-dark(#b3261e, #ff8a80);
}
* { box-sizing: border-box; }
body {
  margin: 0;
  padding: 4vh 1rem;
  background: var(--ground);
  color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif;
}
main {
  max-width: 32rem;
  margin: 0 auto;
  padding: 1.5rem;
  background: var(--card);
  border: 1px solid var(--line);
  border-top: 6px solid var(--tone);
  border-radius: 6px;
}
h1 { margin: 0; font-size: 1.4rem; color: var(--tone); }
`;
