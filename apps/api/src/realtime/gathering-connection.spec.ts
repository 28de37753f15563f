import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { after, describe, it } from 'node:test';
import { expect } from 'expect';
import { WebSocket, WebSocketServer } from 'ws';
import { GatheringConnection } from './gathering-connection.ts';

describe('GatheringConnection', () => {
  const http = createServer();
  const server = new WebSocketServer({ noServer: true });
  after(() => {
    for (const socket of server.clients) socket.terminate();
    http.close();
  });

  async function connected() {
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const opened = new Promise<{ socket: WebSocket; stream: Socket }>((resolve) => {
      http.once('upgrade', (request, stream, head) =>
        server.handleUpgrade(request, stream, head, (socket) => resolve({ socket, stream: request.socket })),
      );
    });
    const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
    const heard: string[] = [];
    client.on('message', (data: Buffer) => heard.push(data.toString()));
    client.on('ping', () => heard.push('(ping)'));
    const { socket, stream } = await opened;
    await once(client, 'open');
    http.close();
    return { client, heard, stream, connection: new GatheringConnection(socket, stream) };
  }

  it('sends texts of every length, in order with what the socket sends itself', async () => {
    const { client, connection, heard } = await connected();
    const texts = [0, 1, 125, 126, 65_535, 65_536].map((length) => 'a'.repeat(length));
    for (const text of [...texts, 'é€😀']) connection.send(text);
    connection.ping();
    connection.send('last');
    connection.close(4410, 'room_ended');
    connection.send('too late');
    const [code, reason] = await once(client, 'close');
    expect(heard).toEqual([...texts, 'é€😀', '(ping)', 'last']);
    expect([code, String(reason)]).toEqual([4410, 'room_ended']);
  });

  it('writes once what is said at once, and counts it as waiting until then', async () => {
    const { client, connection, heard, stream } = await connected();
    let writes = 0;
    const writev = stream._writev?.bind(stream);
    stream._writev = (...args) => {
      writes += 1;
      writev?.(...args);
    };
    for (const text of ['one', 'two', 'three']) connection.send(text);
    expect(connection.bufferedAmount).toBe(17);
    await once(client, 'message');
    expect(heard).toEqual(['one', 'two', 'three']);
    expect(writes).toBe(1);
    expect(connection.bufferedAmount).toBe(0);
  });

  it('is quiet when the socket is cut', async () => {
    const { client, connection } = await connected();
    connection.send('gone');
    connection.terminate();
    connection.send('too late');
    const [code] = await once(client, 'close');
    expect(code).toBe(1006);
  });
});
