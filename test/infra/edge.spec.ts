import { statSync } from 'node:fs';
import { BlockList } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { read, root, service } from './compose-file.ts';

describe('infra/coturn', () => {
  const lines = read('infra/coturn/turnserver.conf')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'));
  const ranges = lines.flatMap((line): [string, string][] => {
    const [, from, to] = /^denied-peer-ip=([^-]+)-(.+)$/.exec(line) ?? [];
    return from && to ? [[from, to]] : [];
  });

  // One list per family: Node's own would take an IPv4 address for its IPv4-mapped form, coturn does not.
  const denied = { ipv4: new BlockList(), ipv6: new BlockList() };
  const familyOf = (address: string) => (address.includes(':') ? 'ipv6' : 'ipv4');
  for (const [from, to] of ranges) denied[familyOf(from)].addRange(from, to, familyOf(from));
  const isDenied = (address: string) => denied[familyOf(address)].check(address, familyOf(address));

  it('refuses peers that are not on the public internet', () => {
    const inside = [
      ['0.0.0.0', '10.0.0.1', '100.64.0.1', '127.0.0.1', '169.254.169.254', '172.16.0.1', '172.31.255.255'],
      ['192.168.1.1', '198.18.0.1', '224.0.0.1', '255.255.255.255'],
      [
        '::1',
        '::ffff:127.0.0.1',
        '::ffff:10.0.0.1',
        '64:ff9b::7f00:1',
        '2002:7f00:1::',
        'fd00::1',
        'fe80::1',
        'ff02::1',
      ],
    ].flat();
    expect(inside.filter((address) => !isDenied(address))).toEqual([]);
  });

  it('relays to public ones', () => {
    const outside = ['8.8.8.8', '172.32.0.1', '100.128.0.1', '192.169.0.1', '2606:4700::1111'];
    expect(outside.filter(isDenied)).toEqual([]);
    // coturn reads `::` as "no lower bound" and then denies all of IPv4.
    expect(ranges.filter(([from]) => from === '::')).toEqual([]);
  });

  it('asks for expiring credentials, bounds each user and keeps its secret out of the file', () => {
    const settings = lines.map((line) => line.split('=')[0]);
    for (const setting of [
      'use-auth-secret',
      'no-multicast-peers',
      'no-tcp-relay',
      'user-quota',
      'total-quota',
      'max-bps',
    ]) {
      expect(settings).toContain(setting);
    }
    for (const setting of [
      'static-auth-secret',
      'user',
      'no-auth',
      'allow-loopback-peers',
      'cli',
      'allowed-peer-ip',
    ]) {
      expect(settings).not.toContain(setting);
    }
  });

  it('publishes the ports it relays on, and is past CVE-2026-27624', () => {
    const value = (name: string) => lines.find((line) => line.startsWith(`${name}=`))?.split('=')[1];
    const range = `${value('min-port')}-${value('max-port')}`;
    expect(service('coturn').ports).toContain(`${range}:${range}/udp`);
    const [, minor = 0] = (/:4\.(\d+)\./.exec(service('coturn').image) ?? []).map(Number);
    expect(minor).toBeGreaterThanOrEqual(9);
    expect(statSync(join(root, 'infra/coturn/start.sh')).mode & 0o111).not.toBe(0);
  });
});

describe('infra/proxy/Caddyfile', () => {
  const caddyfile = read('infra/proxy/Caddyfile');

  it('never routes metrics and debug routes, and serves presigned requests of the store only', () => {
    expect(caddyfile).toMatch(/@private path .*\/metrics\b.*\/dev\/\*/);
    expect(caddyfile).toContain('respond @private 404');
    expect(caddyfile).toContain('query X-Amz-Signature=*');
    expect(caddyfile).not.toContain(service('api').environment?.METRICS_PORT);
  });

  it('takes every variable from its service', () => {
    const used = [...caddyfile.matchAll(/\{\$(\w+)\}/g)].map((match) => match[1]);
    expect(new Set(used)).toEqual(new Set(Object.keys(service('proxy').environment ?? {})));
  });
});
