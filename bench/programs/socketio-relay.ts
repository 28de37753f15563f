// A peer of the signal relay: socket.io passes each message on to the other one in the room.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';

const http = createServer();
const io = new Server(http, { transports: ['websocket'], serveClient: false, maxHttpBufferSize: 65_536 });
io.on('connection', async (socket) => {
  const room = String(socket.handshake.query['room']);
  await socket.join(room);
  socket.on('signal', (message: unknown) => socket.to(room).emit('signal', message));
});
http.listen(0, '127.0.0.1', () => {
  const { port } = http.address() as AddressInfo;
  process.send?.({ relay: 'ready', url: `ws://127.0.0.1:${port}` });
});
