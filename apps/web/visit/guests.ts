/** Who else may come: the doctor makes links for an interpreter, a carer or a second doctor, and withdraws them. */
import type { GuestKind } from '../../../libs/rtc-client/src/index.ts';
import { type Guest, guests, invite, withdraw } from './api.ts';
import { $ } from './page.ts';
import { KINDS } from './tiles.ts';

const STATUSES: Readonly<Record<Guest['status'], string>> = {
  invited: 'has not used the link yet',
  joined: 'has used the link',
  expired: 'did not come before the link ran out',
  withdrawn: 'is not invited any more',
};

const dialog = $<HTMLDialogElement>('guests');
/** How often was asked who is invited: of two answers the later question's counts. */
let asked = 0;

for (const button of document.querySelectorAll('[data-action="guests"]')) {
  button.addEventListener('click', () => {
    dialog.showModal();
    void refreshGuests();
  });
}
$('guests-close').addEventListener('click', closeGuests);
dialog.addEventListener('close', () => {
  forgetLink();
  // Whoever opens it again sees who is invited then, not what was true before.
  $('guest-list').replaceChildren();
});

export function closeGuests(): void {
  dialog.close();
}

/** Shows who is invited now, where anybody looks. */
export async function refreshGuests(): Promise<void> {
  if (!dialog.open) return;
  await attempt(async () => {
    asked += 1;
    const question = asked;
    const invited = (await guests()).filter(({ status }) => status !== 'withdrawn');
    if (dialog.open && question === asked) $('guest-list').replaceChildren(...invited.map(lineOf));
  });
}

function lineOf({ id, kind, display_name, status }: Guest): HTMLLIElement {
  const item = document.createElement('li');
  item.dataset['status'] = status;
  const text = document.createElement('span');
  text.textContent = `${display_name} (${KINDS[kind]}) ${STATUSES[status]}`;
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Withdraw';
  button.setAttribute('aria-label', `Withdraw ${display_name}`);
  button.addEventListener('click', () =>
    attempt(async () => {
      await withdraw(id);
      forgetLink();
      await refreshGuests();
    }),
  );
  item.append(text, button);
  return item;
}

$('guest-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const kind = $<HTMLSelectElement>('guest-kind').value as GuestKind;
  const name = $<HTMLInputElement>('guest-name').value.trim();
  const button = $<HTMLButtonElement>('guest-invite');
  button.disabled = true;
  void attempt(async () => {
    const url = await invite(kind, name);
    $<HTMLFormElement>('guest-form').reset();
    $('guest-link-for').textContent = name;
    $<HTMLInputElement>('guest-url').value = url;
    $('guest-note').textContent = 'It works once, and is not shown again.';
    $('guest-link').hidden = false;
    await refreshGuests();
  }).finally(() => {
    button.disabled = false;
  });
});

$('guest-copy').addEventListener('click', async () => {
  const field = $<HTMLInputElement>('guest-url');
  // Selected as well: where the browser lets no page write to the clipboard, a person can.
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    $('guest-note').textContent = 'Copied. It works once, and is not shown again.';
  } catch {
    $('guest-note').textContent = 'Copy it from the field. It works once, and is not shown again.';
  }
});

function forgetLink(): void {
  $('guest-link').hidden = true;
  $<HTMLInputElement>('guest-url').value = '';
}

async function attempt(act: () => Promise<void>): Promise<void> {
  $('guests-error').textContent = '';
  try {
    await act();
  } catch (error) {
    $('guests-error').textContent = (error as Error).message;
  }
}
