/** The chat beside the call. */
import type { Call, RtcClient, Said } from '../../../libs/rtc-client/src/index.ts';
import { $ } from './page.ts';

let client: RtcClient | null = null;
let unread = 0;
/** One's own messages on the page, to be marked when the server did not take them. */
const own = new Map<Said, HTMLLIElement>();

/** Shows what is said in this call, and says what is written. */
export function openChat(newClient: RtcClient, call: Call): void {
  client = newClient;
  call.on('chat', ({ text }) => add(text));
  client.on('refused', ({ said }) => {
    if (said) mark(said, 'Not delivered');
  });
  client.on('uncertain', (messages) => {
    for (const said of messages) mark(said, 'Perhaps not delivered');
  });
}

function mark(said: Said, note: string): void {
  const item = own.get(said);
  if (item) item.dataset['note'] = note;
}

function add(text: string): HTMLLIElement {
  const item = document.createElement('li');
  item.textContent = text;
  $('messages').append(item);
  item.scrollIntoView({ block: 'nearest' });
  if ($('chat').hidden) {
    unread += 1;
    $('unread').textContent = String(unread);
    $('unread').hidden = false;
  }
  return item;
}

$('chat-toggle').addEventListener('click', () => {
  const isOpen = $('chat').hidden;
  $('chat').hidden = !isOpen;
  $('chat-toggle').setAttribute('aria-expanded', String(isOpen));
  if (!isOpen) return;
  unread = 0;
  $('unread').hidden = true;
  $('chat-text').focus();
});

$('chat-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const input = $<HTMLInputElement>('chat-text');
  const text = input.value.trim();
  if (!text || !client) return;
  const said: Said = { type: 'chat', text };
  const item = add(text);
  item.className = 'own';
  own.set(said, item);
  client.send(said);
  input.value = '';
});
