/** The visit page: sign in, check devices, wait, meet. */
import { Call, RtcClient, type Waiting } from '../../../libs/rtc-client/src/index.ts';
import {
  endVisit,
  isAdmitted,
  isSignedIn,
  join,
  rememberPresence,
  signIn,
  startVisit,
  wasInVisit,
} from './api.ts';
import { openChat } from './chat.ts';
import { devices, offerTest, openDevices, stopTest } from './check.ts';
import { ENDINGS } from './endings.ts';
import { closeGuests, refreshGuests } from './guests.ts';
import { $, page, say, show } from './page.ts';
import { showReadiness } from './readiness.ts';
import { showOthers } from './tiles.ts';

let client: RtcClient | null = null;
let call: Call | null = null;
/** Who was there when the doctor's lists were last asked for. */
let listedFor = '';

$<HTMLFormElement>('sign-in-form').addEventListener('submit', async (event) => {
  event.preventDefault();
  $('sign-in-error').textContent = '';
  try {
    await signIn($<HTMLInputElement>('email').value, $<HTMLInputElement>('password').value);
    await prepare();
  } catch (error) {
    $('sign-in-error').textContent = (error as Error).message;
  }
});

$('devices-form').addEventListener('submit', (event) => {
  event.preventDefault();
  devices.stopMeter();
  enter();
});

devices.on('changed', (track) => void call?.replaceTrack(track));

async function prepare(): Promise<void> {
  await openDevices();
  offerTest();
}

// The room

function enter(): void {
  stopTest();
  say('Connecting …');
  rememberPresence(true);
  client = new RtcClient({ join });
  call = new Call(client, devices.stream);
  openChat(client, call);
  client.on('state', (state) => {
    page['connection'] = state;
    if (state === 'reconnecting') say('Connection lost. Coming back …');
    if (state === 'connected') describe();
  });
  client.on('closed', ({ reason }) => ended(reason));
  call.on('changed', () => arrange());
  call.on('ended', ({ reason }) => ended(reason));
  tellMedia();
  client.start();
}

function isDoctor(): boolean {
  return client?.session?.self.role === 'doctor';
}

function arrange(): void {
  if (!client?.session || !call) return;
  const { others } = call;
  const mayDecide = isDoctor() && isSignedIn();
  show(call.isActive ? 'call' : 'waiting');
  $('end').hidden = !mayDecide;
  $('start').hidden = !mayDecide;
  for (const button of document.querySelectorAll<HTMLElement>('[data-action="guests"]')) {
    button.hidden = !mayDecide;
  }
  if (mayDecide) refreshLists(others);
  showOthers(others, isDoctor());
  if (isDoctor()) {
    const patient = others.find(({ participant }) => participant.role === 'patient')?.participant;
    $('waiting-title').textContent = patient
      ? `${patient.display_name} is here`
      : 'The patient is not here yet';
    $('waiting-text').textContent = patient
      ? 'Start the visit when you are ready.'
      : 'You can start now; the patient is let in on arrival.';
  } else {
    $('waiting-text').textContent = waitingText(call.waiting);
  }
  const self = $<HTMLVideoElement>('self');
  if (call.isActive && self.srcObject !== devices.stream) self.srcObject = devices.stream;
  describe();
}

/** What the doctor sees of others beside the call, when somebody came or went. */
function refreshLists(others: Call['others']): void {
  const present = others.map(({ participant }) => participant.instance).join();
  if (present === listedFor) return;
  listedFor = present;
  void refreshGuests();
  void showReadiness(others.map(({ participant }) => participant.participant_id));
}

function describe(): void {
  if (page['connection'] !== 'connected' || !call) return;
  const away = call.others.find(({ participant }) => participant.state === 'reconnecting');
  if (away) say(`${away.participant.display_name} lost the connection`);
  else if (!call.isActive) say('Waiting room');
  else say(page['media'] === 'connected' ? 'Connected' : 'In the visit');
}

function waitingText(waiting: Waiting | null): string {
  if (!waiting) return 'Your doctor will let you in.';
  const { place, estimated_start_at: start, running_late: isLate } = waiting;
  const time = start && new Date(start).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  return [
    place === 1 ? 'You are next.' : `${place - 1} before you.`,
    isLate ? 'Your doctor is running late.' : '',
    time ? `Expected at about ${time}.` : '',
    'Your doctor will let you in.',
  ]
    .filter(Boolean)
    .join(' ');
}

function ended(reason: string): void {
  const finished = client;
  client = null;
  if (!finished) return;
  // What loads this page anew after its end is not to enter again by itself.
  rememberPresence(false);
  finished.leave();
  call?.close();
  call = null;
  devices.close();
  showOthers([], false);
  closeGuests();
  listedFor = '';
  say('');
  if (reason === 'sign_in') {
    show('sign-in');
    return;
  }
  const { title, text, mayReturn } = ENDINGS[reason] ?? ENDINGS['refused'];
  $('ended-title').textContent = title;
  $('ended-text').textContent = text;
  $('again').hidden = !mayReturn || !isAdmitted();
  show('ended');
}

// Controls

for (const [id, kind, words] of [
  ['mute', 'audio', ['Mute', 'Unmute']],
  ['camera-off', 'video', ['Camera off', 'Camera on']],
] as const) {
  $(id).addEventListener('click', () => {
    devices.enable(kind, !devices.isEnabled(kind));
    const isOff = !devices.isEnabled(kind);
    $(id).setAttribute('aria-pressed', String(isOff));
    const label = $(id).querySelector('span');
    if (label) label.textContent = words[isOff ? 1 : 0];
    tellMedia();
  });
}

function tellMedia(): void {
  call?.setMedia({ audio: devices.isEnabled('audio'), video: devices.isEnabled('video') });
}

for (const button of document.querySelectorAll('[data-action="leave"]')) {
  button.addEventListener('click', () => ended('left'));
}

for (const [id, act] of [
  ['start', startVisit],
  ['end', endVisit],
] as const) {
  const button = $<HTMLButtonElement>(id);
  button.addEventListener('click', async () => {
    button.disabled = true;
    try {
      await act();
    } catch (error) {
      say((error as Error).message);
    } finally {
      button.disabled = false;
    }
  });
}

$('again').addEventListener('click', () => void prepare());

// Coming back

addEventListener('online', () => {
  client?.hurry();
  call?.restartIce();
});
for (const event of ['visibilitychange', 'resume']) {
  document.addEventListener(event, () => {
    if (!document.hidden) client?.hurry();
  });
}
// Not the end for the person: a page that is loaded anew enters again.
addEventListener('pagehide', () => {
  const leaving = client;
  client = null;
  leaving?.leave();
});
// A browser that shows the page from its memory shows one without its connections.
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) location.reload();
});

if (isAdmitted()) {
  await openDevices();
  if (wasInVisit()) enter();
  else offerTest();
} else {
  show('sign-in');
}
