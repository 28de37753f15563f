/** What every part of the page uses of the document. */
export type View = 'sign-in' | 'devices' | 'waiting' | 'call' | 'ended';

/** The state of the page is on its body, for the style sheet and for whoever drives the page. */
export const page = document.body.dataset;

/** The element of index.html with this id. */
export function $<Kind extends HTMLElement = HTMLElement>(id: string): Kind {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no ${id}.`);
  return element as Kind;
}

export function show(view: View): void {
  page['view'] = view;
}

/** Says something in the bar at the top. */
export function say(text: string): void {
  $('status').textContent = text;
}
