// The limit of the signal relay: passes each frame on to the other one in the room, and knows nothing else.
// With PARSED=1 it does what no relay of this protocol can do without: it reads each message, and stamps it
// with its place in the room's order, the time and the sender.
import { type WebSocket, WebSocketServer } from 'ws';

const parsed = process.env['PARSED'] === '1';
const rooms = new Map<string, { sockets: WebSocket[]; sequence: number }>();
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });

server.on('connection', (socket, { url = '/' }) => {
  const room = rooms.get(url) ?? { sockets: [], sequence: 0 };
  rooms.set(url, room);
  const from = `participant-${room.sockets.push(socket)}`;
  socket.on('message', (data: Buffer) => {
    let frame: string | Buffer = data;
    if (parsed) {
      const message = JSON.parse(data.toString('utf8'));
      room.sequence += 1;
      frame = JSON.stringify({ seq: room.sequence, at: new Date().toISOString(), from, ...message });
    }
    for (const other of room.sockets) if (other !== socket) other.send(frame, { binary: false });
  });
});
server.once('listening', () => {
  const { port } = server.address() as { port: number };
  process.send?.({ relay: 'ready', url: `ws://127.0.0.1:${port}` });
});
