import type { BrowserContext } from 'playwright-core';
import type { VisitPage } from './two-browsers.ts';

/** What the page of {@link relayOnly} remembers. */
interface Watched extends Window {
  connections: RTCPeerConnection[];
}

export interface PairInUse {
  /** Of both ends. */
  readonly kinds: (string | undefined)[];
  /** Another one after each ICE restart. */
  readonly iceUser: string | undefined;
}

/** Every peer connection of the context's pages may use a relay only, as behind two strict firewalls. */
export async function relayOnly(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const watched = window as unknown as Watched;
    watched.connections = [];
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super({ ...configuration, iceTransportPolicy: 'relay' });
        watched.connections.push(this);
      }
    };
  });
}

/** The pair of candidates that carries the call. */
export function pairInUse({ page }: VisitPage): Promise<PairInUse> {
  return page.evaluate(async () => {
    const connection = (window as unknown as Watched).connections.findLast(
      ({ connectionState }) => connectionState === 'connected',
    );
    const report = await connection?.getStats();
    const all = [...(report?.values() ?? [])];
    const transport = all.find((one) => one.type === 'transport');
    const pair = report?.get(transport?.selectedCandidatePairId);
    const kindOf = (id: string) => report?.get(id)?.candidateType;
    return {
      kinds: [kindOf(pair?.localCandidateId), kindOf(pair?.remoteCandidateId)],
      iceUser: transport?.iceLocalUsernameFragment,
    };
  });
}
