import { MeasuredProcess } from './measured-process.ts';
import type { Stage } from './stage.ts';
import { bare, gateway, peerJs, socketIo } from './wires.ts';

/** A server that relays signals, and how one speaks with it. */
export interface Relay {
  readonly name: string;
  readonly process: MeasuredProcess;
  readonly url: string;
  readonly wire: typeof gateway;
}

const OTHERS = [
  { name: 'ws relay that parses and stamps', program: 'bare-relay.ts', env: { PARSED: '1' }, wire: bare },
  { name: 'bare ws relay', program: 'bare-relay.ts', env: {}, wire: bare },
  { name: 'PeerJS server', program: 'peerjs-relay.ts', env: {}, wire: peerJs },
  { name: 'socket.io', program: 'socketio-relay.ts', env: {}, wire: socketIo },
];

/** The gateway of the stage, and what it is compared with: each in a process of its own. */
export async function openRelays({ api, url }: Stage): Promise<{ all: Relay[]; stop(): Promise<void> }> {
  const started = OTHERS.map(({ program, env, ...relay }) => ({
    ...relay,
    process: new MeasuredProcess(`bench/programs/${program}`, env as Record<string, string>),
  }));
  const others = await Promise.all(
    started.map(async (relay) => ({
      ...relay,
      url: (await relay.process.told<{ url: string }>({ relay: 'ready' })).url,
    })),
  );
  return {
    all: [
      { name: 'the gateway', process: api, url: `${url.replace('http', 'ws')}/ws/rtc`, wire: gateway },
      ...others,
    ],
    async stop() {
      await Promise.all(others.map(({ process }) => process.stop()));
    },
  };
}
