import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { isPublicAddress, publicLookup } from './public-address.ts';

describe('isPublicAddress', () => {
  const PUBLIC = ['1.1.1.1', '8.8.8.8', '172.15.0.1', '172.32.0.1', '223.255.255.254', '2606:4700::1111'];
  const NOT_PUBLIC = [
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.19.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:10.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::a00:1',
    '2001:db8::1',
    '2002:a00:1::',
    'fc00::1',
    'fe80::1',
    'ff02::1',
    'localhost',
    '',
    '0x7f.1',
  ];
  for (const address of PUBLIC) it(`takes ${address}`, () => expect(isPublicAddress(address)).toBe(true));
  for (const address of NOT_PUBLIC) {
    it(`refuses ${address || 'nothing'}`, () => expect(isPublicAddress(address)).toBe(false));
  }
});

describe('publicLookup', () => {
  it('keeps a connection from a name that leads inside', async () => {
    const server = createServer((_request, response) => response.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const asked = request({ host: 'localhost', port, lookup: publicLookup });
    const [error] = (await once(asked, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ENOTPUBLIC');
    server.close();
  });
});
