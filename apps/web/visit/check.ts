/** Before the visit: which camera and microphone, and whether they work. */
import {
  type DeviceKind,
  type DeviceState,
  Devices,
  runPreCallTest,
} from '../../../libs/rtc-client/src/index.ts';
import { callDetails, mayTest, savePreCallTest, testUsesLink } from './api.ts';
import { $, page, show } from './page.ts';

export const devices = new Devices();

const SELECTS: readonly [id: string, kind: DeviceKind][] = [
  ['camera', 'video'],
  ['microphone', 'audio'],
];

const PROBLEMS: Readonly<Record<Exclude<DeviceState, 'ok'>, string>> = {
  denied: 'The browser may not use the camera and microphone. Allow it in the address bar, then try again.',
  missing: 'No camera or microphone was found. You can still join and see the other person.',
  failed: 'The camera or microphone could not be opened. Perhaps another program is using it.',
};

export async function openDevices(): Promise<void> {
  show('devices');
  $('preview-note').textContent = 'Waiting for the camera …';
  await devices.open();
  await showDevices();
}

let running: AbortController | null = null;

/** Tests what can be tested without using up a link: for that, a guest is to press the button. */
export function offerTest(): void {
  $('test').hidden = !mayTest();
  if (mayTest() && !testUsesLink()) void testConnection();
}

/** Leaves the network to the call. */
export function stopTest(): void {
  running?.abort();
}

/** Tells in plain words what to expect of the visit. Where that cannot be had, one learns it by entering. */
async function testConnection(): Promise<void> {
  running?.abort();
  const test = new AbortController();
  running = test;
  tell('testing', 'Testing your connection …');
  try {
    const { request, ...details } = await callDetails(test.signal);
    const findings = await runPreCallTest({ devices, request, signal: test.signal, ...details });
    const { verdict, summary, advice } = await savePreCallTest(findings);
    if (!test.signal.aborted) tell(verdict, summary, advice);
  } catch {
    if (!test.signal.aborted) tell('unknown', '');
  }
}

function tell(verdict: string, summary: string, advice: readonly string[] = []): void {
  page['verdict'] = verdict;
  $('verdict').textContent = summary;
  $('advice').replaceChildren(
    ...advice.map((text) => Object.assign(document.createElement('li'), { textContent: text })),
  );
}

$('test').addEventListener('click', () => void testConnection());

async function showDevices(): Promise<void> {
  $<HTMLVideoElement>('preview').srcObject = devices.stream;
  $('preview-note').textContent = devices.track('video') ? '' : 'No camera';
  const state = SELECTS.map(([, kind]) => devices.stateOf(kind)).find((one) => one !== 'ok') ?? 'ok';
  $('devices-error').textContent = state === 'ok' ? '' : PROBLEMS[state];
  devices.startMeter((level) => {
    $<HTMLMeterElement>('level').value = level;
  });
  for (const [id, kind] of SELECTS) await fillSelect($<HTMLSelectElement>(id), kind);
}

async function fillSelect(select: HTMLSelectElement, kind: DeviceKind): Promise<void> {
  const name = kind === 'video' ? 'Camera' : 'Microphone';
  const options = (await devices.list(kind)).map(
    ({ id, label, isSelected }, index) =>
      new Option(label || `${name} ${index + 1}`, id, isSelected, isSelected),
  );
  select.replaceChildren(...(options.length > 0 ? options : [new Option('None found', '')]));
  select.disabled = options.length === 0;
}

for (const [id, kind] of SELECTS) {
  const select = $<HTMLSelectElement>(id);
  select.addEventListener('change', async () => {
    const isOpen = await devices.choose(kind, select.value);
    await showDevices();
    if (!isOpen) $('devices-error').textContent = 'This device could not be opened.';
  });
}

// Undefined where the page came over plain http, whatever its type says.
(navigator.mediaDevices as MediaDevices | undefined)?.addEventListener('devicechange', () => {
  if (page['view'] === 'devices') void showDevices();
});
