/** Before the visit: which camera and microphone, and whether they work. */
import { type DeviceKind, type DeviceState, Devices } from '../../../libs/rtc-client/src/index.ts';
import { $, page, show } from './page.ts';

export const devices = new Devices();

const SELECTS: readonly [id: string, kind: DeviceKind][] = [
  ['camera', 'video'],
  ['microphone', 'audio'],
];

const PROBLEMS: Readonly<Record<Exclude<DeviceState, 'ok'>, string>> = {
  blocked: 'The browser may not use the camera and microphone. Allow it in the address bar, then try again.',
  not_found: 'No camera or microphone was found. You can still join and see the other person.',
  in_use: 'The camera or microphone is in use by another program.',
  failed: 'The camera or microphone could not be opened.',
};

export async function checkDevices(): Promise<void> {
  show('devices');
  $('preview-note').textContent = 'Waiting for the camera …';
  await devices.open();
  await showDevices();
}

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
