/** The visit page: sign in, check devices, wait, meet. */
import { endVisit, isAdmitted, isSignedIn, join, signIn, startVisit } from './api.js';
import { Devices } from './devices.js';
import { PeerLink } from './peer-link.js';
import { RtcClient } from './rtc-client.js';

const STATS_EVERY_MS = 10_000;

const $ = (id) => document.getElementById(id);
const page = document.body.dataset;
const devices = new Devices();

let client = null;
/** The other person, as the server last described them, and the media connection to them. */
let other = null;
let link = null;
let iceServers = [];
let active = false;
let unread = 0;

const ENDINGS = {
  left: ['You left the visit', 'You can come back as long as the visit lasts.', true],
  room_ended: ['The visit has ended', 'Thank you. You can close this page.', false],
  completed: ['The visit has ended', 'Thank you. You can close this page.', false],
  cancelled: ['The visit was cancelled', 'You will find the details in your appointments.', false],
  no_show: ['The visit did not take place', 'You will find the details in your appointments.', false],
  too_early: ['You are early', 'The room opens shortly before the visit begins. Come back then.', true],
  too_late: ['The time of this visit is over', 'You will find the details in your appointments.', false],
  access_revoked: ['You were removed from this visit', 'If this is a mistake, contact your practice.', false],
  taken_over: ['The visit continues elsewhere', 'You joined from another window or device.', true],
  room_not_found: ['There is no such visit', 'Check the link that you were given.', false],
};

function show(view) {
  page.view = view;
}

function say(text) {
  $('status').textContent = text;
}

// Sign in

$('sign-in-form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  $('sign-in-error').textContent = '';
  try {
    await signIn(form.get('email'), form.get('password'));
    await checkDevices();
  } catch (error) {
    $('sign-in-error').textContent = error.message;
  }
});

// Devices

async function checkDevices() {
  show('devices');
  $('preview-note').textContent = 'Waiting for the camera …';
  await devices.open();
  await showDevices();
}

async function showDevices() {
  $('preview').srcObject = devices.stream;
  $('preview-note').textContent = devices.track('video') ? '' : 'No camera';
  $('devices-error').textContent = devices.problem;
  devices.startMeter((level) => {
    $('level').value = level;
  });
  await fillSelect($('camera'), 'video');
  await fillSelect($('microphone'), 'audio');
}

async function fillSelect(select, kind) {
  const found = await devices.list(kind);
  const options = found.map(({ id, label, selected }) => new Option(label, id, selected, selected));
  select.replaceChildren(...(options.length > 0 ? options : [new Option('None found', '')]));
  select.disabled = options.length === 0;
}

for (const [id, kind] of [
  ['camera', 'video'],
  ['microphone', 'audio'],
]) {
  $(id).addEventListener('change', async (event) => {
    try {
      await devices.choose(kind, event.target.value);
      devices.problem = '';
    } catch {
      devices.problem = 'This device could not be opened.';
    }
    await showDevices();
  });
}

devices.addEventListener('changed', ({ detail: track }) => void link?.replaceTrack(track));
navigator.mediaDevices?.addEventListener('devicechange', () => {
  if (page.view === 'devices') void showDevices();
});

$('devices-form').addEventListener('submit', (event) => {
  event.preventDefault();
  devices.stopMeter();
  enter();
});

// The room

function enter() {
  say('Connecting …');
  client = new RtcClient({ join });
  client.addEventListener('state', ({ detail }) => {
    page.connection = detail;
    if (detail === 'reconnecting') say('Connection lost. Coming back …');
    if (detail === 'connected') describe();
  });
  client.addEventListener('welcome', ({ detail }) => welcomed(detail));
  client.addEventListener('message', ({ detail }) => heard(detail));
  client.addEventListener('closed', ({ detail }) => ended(detail.reason));
  client.start();
}

/** A new session: whatever was negotiated before belongs to an old one. */
function welcomed(welcome) {
  iceServers = welcome.ice_servers;
  active = welcome.room.status === 'active';
  meet(welcome.participants[0] ?? null);
  showWaiting(welcome.waiting);
  arrange();
}

function heard(message) {
  switch (message.type) {
    case 'participant-joined':
      meet(message.participant);
      break;
    case 'presence':
      if (other?.participant_id === message.participant.participant_id) other = message.participant;
      break;
    case 'participant-left':
      if (other?.instance === message.instance) meet(null);
      break;
    case 'admitted':
      active = true;
      call();
      break;
    case 'waiting':
      showWaiting(message);
      break;
    case 'ended':
      return ended(message.reason);
    case 'ice-servers':
      iceServers = message.ice_servers;
      link?.setIceServers(iceServers);
      break;
    case 'chat':
      addMessage(message.text, false);
      break;
    case 'media-state':
      page.otherVideo = message.video ? 'on' : 'off';
      page.otherAudio = message.audio ? 'on' : 'off';
      break;
    case 'error':
      return;
    default:
      if (message.connection === link?.connection) link.receive(message);
  }
  arrange();
}

/** Another person, or the same one anew: begins a fresh media connection. */
function meet(participant) {
  link?.close();
  link = null;
  other = participant;
  page.media = 'none';
  page.otherVideo = 'on';
  page.otherAudio = 'on';
  $('remote').srcObject = null;
  call();
}

function call() {
  if (!active || !other || link) return;
  const ours = client.session.self.instance;
  link = new PeerLink({
    // Both sides come to the same name, and a reload of either makes a new one.
    connection: ours < other.instance ? `${ours}.${other.instance}` : `${other.instance}.${ours}`,
    polite: other.negotiation_role === 'polite',
    iceServers,
    local: devices.stream,
    send: (message) => client.send(message),
  });
  link.addEventListener('track', () => {
    $('remote').srcObject = link.stream;
  });
  link.addEventListener('state', () => {
    page.media = link?.state ?? 'none';
    arrange();
  });
  tellMediaState();
}

// What is on the page

function arrange() {
  if (page.view === 'ended' || !client?.session) return;
  const doctor = client.session.self.role === 'doctor';
  show(active ? 'call' : 'waiting');
  $('end').hidden = !(doctor && isSignedIn());
  $('start').hidden = !(doctor && isSignedIn());
  if (doctor) {
    $('waiting-title').textContent = other ? `${other.display_name} is here` : 'The patient is not here yet';
    $('waiting-text').textContent = other
      ? 'Start the visit when you are ready.'
      : 'You can start now; the patient is let in on arrival.';
  }
  if (active && $('self').srcObject !== devices.stream) $('self').srcObject = devices.stream;
  $('remote-name').textContent = other
    ? other.display_name + (page.otherAudio === 'off' ? ' (muted)' : '')
    : '';
  $('remote-note').textContent = remoteNote();
  describe();
}

function remoteNote() {
  if (!other) return 'Waiting for the other person …';
  if (page.media === 'connected')
    return page.otherVideo === 'off' ? `${other.display_name} has no camera on` : '';
  return page.media === 'failed' || page.media === 'disconnected'
    ? 'Restoring the picture …'
    : 'Connecting …';
}

function describe() {
  if (page.connection !== 'connected') return;
  if (other?.state === 'reconnecting') say(`${other.display_name} lost the connection`);
  else if (!active) say('Waiting room');
  else say(page.media === 'connected' ? 'Connected' : 'In the visit');
}

function showWaiting(waiting) {
  if (!waiting) {
    $('waiting-text').textContent = 'Your doctor will let you in.';
    return;
  }
  const { place, estimated_start_at: start } = waiting;
  const time = start && new Date(start).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  $('waiting-text').textContent = [
    place === 1 ? 'You are next.' : `${place - 1} before you.`,
    time ? `Expected at about ${time}.` : '',
    'Your doctor will let you in.',
  ].join(' ');
}

function ended(reason) {
  const finished = client;
  client = null;
  if (!finished) return;
  finished.leave();
  link?.close();
  link = null;
  devices.close();
  page.media = 'none';
  if (reason === 'sign_in') {
    say('');
    show('sign-in');
    return;
  }
  const [title, text, mayReturn] = ENDINGS[reason] ?? [
    'You cannot join this visit',
    'Please check your appointments.',
    true,
  ];
  $('ended-title').textContent = title;
  $('ended-text').textContent = text;
  $('again').hidden = !mayReturn || !isAdmitted();
  say('');
  show('ended');
}

// Controls

function toggle(button, kind, words) {
  const enabled = !devices.isEnabled(kind);
  devices.enable(kind, enabled);
  const off = !devices.isEnabled(kind);
  $(button).setAttribute('aria-pressed', String(off));
  $(button).querySelector('span').textContent = words[off ? 1 : 0];
  tellMediaState();
}

function tellMediaState() {
  client?.send({ type: 'media-state', audio: devices.isEnabled('audio'), video: devices.isEnabled('video') });
}

$('mute').addEventListener('click', () => toggle('mute', 'audio', ['Mute', 'Unmute']));
$('camera-off').addEventListener('click', () => toggle('camera-off', 'video', ['Camera off', 'Camera on']));

$('chat-toggle').addEventListener('click', () => {
  const open = $('chat').hidden;
  $('chat').hidden = !open;
  $('chat-toggle').setAttribute('aria-expanded', String(open));
  if (!open) return;
  unread = 0;
  $('unread').hidden = true;
  $('chat-text').focus();
});

$('chat-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const text = $('chat-text').value.trim();
  if (!text || !client) return;
  client.send({ type: 'chat', text });
  addMessage(text, true);
  $('chat-text').value = '';
});

function addMessage(text, own) {
  const item = document.createElement('li');
  item.textContent = text;
  if (own) item.className = 'own';
  $('messages').append(item);
  item.scrollIntoView({ block: 'nearest' });
  if (own || !$('chat').hidden) return;
  unread += 1;
  $('unread').textContent = String(unread);
  $('unread').hidden = false;
}

for (const button of document.querySelectorAll('[data-action="leave"]')) {
  button.addEventListener('click', () => ended('left'));
}

for (const [id, act] of [
  ['start', startVisit],
  ['end', endVisit],
]) {
  $(id).addEventListener('click', async () => {
    $(id).disabled = true;
    try {
      await act();
    } catch (error) {
      say(error.message);
    } finally {
      $(id).disabled = false;
    }
  });
}

$('again').addEventListener('click', () => void checkDevices());

// Coming back

addEventListener('online', () => {
  client?.hurry();
  link?.restartIce();
});
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) client?.hurry();
});
addEventListener('pagehide', () => client?.leave());

setInterval(async () => {
  if (link?.state === 'connected') client?.report(await link.quality());
}, STATS_EVERY_MS);

if (isAdmitted()) void checkDevices();
else show('sign-in');
