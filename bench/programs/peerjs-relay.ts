// A peer of the signal relay: the PeerJS server passes each message on to the one whom it names.
import type { AddressInfo } from 'node:net';
import { PeerServer } from 'peer';

const settings = {
  host: '127.0.0.1',
  port: 0,
  path: '/',
  key: 'peerjs',
  concurrent_limit: 50_000,
  // To the server only a heartbeat of its own is a sign of life, and the load sends none.
  alive_timeout: 3_600_000,
};
PeerServer(settings, (server) => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ relay: 'ready', url: `ws://127.0.0.1:${port}` });
});
