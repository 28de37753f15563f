import type { BrowserContext } from 'playwright-core';
import type { VisitPage } from './two-browsers.ts';

/** What the page of {@link watched} remembers. */
interface Watched extends Window {
  connections: RTCPeerConnection[];
}

export interface PairInUse {
  /** Of both ends. */
  readonly kinds: (string | undefined)[];
  /** Where the page's own end is. */
  readonly address: string | undefined;
  /** Another one after each ICE restart. */
  readonly iceUser: string | undefined;
}

/** Lets {@link pairInUse} look into the peer connections of the context's pages. */
export const watched = (context: BrowserContext): Promise<void> => watch(context, 'all');

/** Every peer connection of the context's pages may use a relay only, as behind two strict firewalls. */
export const relayOnly = (context: BrowserContext): Promise<void> => watch(context, 'relay');

async function watch(context: BrowserContext, policy: RTCIceTransportPolicy): Promise<void> {
  await context.addInitScript((iceTransportPolicy) => {
    const page = window as unknown as Watched;
    page.connections = [];
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super({ ...configuration, iceTransportPolicy });
        page.connections.push(this);
      }
    };
  }, policy);
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
      address: report?.get(pair?.localCandidateId)?.address,
      kinds: [kindOf(pair?.localCandidateId), kindOf(pair?.remoteCandidateId)],
      iceUser: transport?.iceLocalUsernameFragment,
    };
  });
}
