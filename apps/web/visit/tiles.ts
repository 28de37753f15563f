/** The pictures of the others. */
import type { Other } from '../../../libs/rtc-client/src/index.ts';
import { admit, isSignedIn } from './api.ts';
import { $, page, say } from './page.ts';

interface Tile {
  readonly root: HTMLElement;
  readonly video: HTMLVideoElement;
  readonly note: HTMLElement;
  readonly name: HTMLElement;
  /** Lets them in or asks them to wait: the doctor's. */
  readonly door: HTMLButtonElement;
}

export const KINDS = { interpreter: 'interpreter', carer: 'carer', second_doctor: 'second doctor' } as const;

const tiles = new Map<string, Tile>();

/** @param mayAdmit whether one decides who is in the call */
export function showOthers(others: readonly Other[], mayAdmit: boolean): void {
  const present = new Set(others.map(({ participant }) => participant.instance));
  for (const [instance, { root }] of tiles) {
    if (present.has(instance)) continue;
    root.remove();
    tiles.delete(instance);
  }
  for (const other of others) fill(tileOf(other), other, mayAdmit && isSignedIn());
  $('others').dataset['count'] = String(others.length);
  $('alone').textContent = others.length === 0 ? 'Waiting for the other person …' : '';
  page['media'] = mediaState(others);
}

/** How the call stands with all of them: as with the one with whom it stands worst. */
function mediaState(others: readonly Other[]): RTCPeerConnectionState | 'none' {
  const states = others.flatMap(({ link }) => link?.state ?? []);
  const worst = (['failed', 'disconnected', 'new', 'connecting', 'connected'] as const).find((state) =>
    states.includes(state),
  );
  return worst ?? 'none';
}

function tileOf({ participant }: Other): Tile {
  const existing = tiles.get(participant.instance);
  if (existing) return existing;
  const root = document.createElement('div');
  root.className = 'tile';
  root.dataset['role'] = participant.role;
  const video = document.createElement('video');
  video.autoplay = true;
  video.playsInline = true;
  video.setAttribute('aria-label', participant.display_name);
  const tile = { root, video, note: text('note'), name: text('name'), door: doorButton(participant) };
  root.append(video, tile.note, tile.name, tile.door);
  $('others').append(root);
  tiles.set(participant.instance, tile);
  return tile;
}

function text(className: string): HTMLElement {
  const element = document.createElement('p');
  element.className = className;
  return element;
}

function doorButton({ participant_id }: Other['participant']): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'door';
  button.addEventListener('click', () => {
    admit(participant_id, button.dataset['lets'] === 'in').catch((error: Error) => say(error.message));
  });
  return button;
}

function fill(tile: Tile, other: Other, mayAdmit: boolean): void {
  const { participant, media, link } = other;
  const kind = participant.guest_kind && ` (${KINDS[participant.guest_kind]})`;
  tile.name.textContent = participant.display_name + (kind ?? '') + (media.audio ? '' : ' (muted)');
  tile.note.textContent = noteOf(other);
  tile.door.hidden = !mayAdmit;
  tile.door.dataset['lets'] = participant.admitted ? 'out' : 'in';
  tile.door.textContent = participant.admitted
    ? `Ask ${participant.display_name} to wait`
    : `Let ${participant.display_name} in`;
  if (link && tile.video.srcObject !== link.stream) tile.video.srcObject = link.stream;
  if (!link) tile.video.srcObject = null;
}

function noteOf({ participant, media, link }: Other): string {
  if (!participant.admitted) return 'In the waiting room';
  switch (link?.state) {
    case 'connected':
      return media.video ? '' : `${participant.display_name} has no camera on`;
    case 'failed':
    case 'disconnected':
      return 'Restoring the picture …';
    default:
      return 'Connecting …';
  }
}
