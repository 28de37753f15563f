import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { PAYING_APP } from '../../support/paying.ts';
import { grantFor, RtcPeer } from '../../support/rtc-peer.ts';
import { KIN, Kin, type KinRow, type Relative } from './kin.ts';
import type { Params } from './row.ts';
import { KIN_ROWS } from './rows/kin.ts';

async function code(kin: Kin, operation: string, row: KinRow, who: Relative, at: Params): Promise<string> {
  const [method = '', path = ''] = operation.split(' ');
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => at[name] ?? '');
  const query = row.shows ? '?page_size=100' : '';
  const answer = await kin.client(who).request(method, `${filled}${query}`, await row.body?.(kin, at));
  const shown = row.shows && JSON.stringify(answer.body).includes(row.shows(kin));
  return `${answer.status}${shown ? '+' : ''}`;
}

describe('what is about a child', () => {
  let app: TestApp;
  let kin: Kin;

  before(async () => {
    app = await startTestApp(PAYING_APP);
    kin = await Kin.of(app);
  });
  after(() => app.close());

  for (const [operation, row] of Object.entries(KIN_ROWS)) {
    it(`${operation} answers the guardian, and others as its row says`, async () => {
      const at = (await row.at?.(kin)) ?? {};
      const codes: string[] = [];
      for (const who of KIN) codes.push(await code(kin, operation, row, who, at));
      expect(codes.join(' ')).toBe(row.codes);
    });
  }

  describe('the door of the call', () => {
    /** What happens to who comes with this token: they are in, refused at the handshake, or sent away after it. */
    const outcome = async (url: string, token?: string): Promise<string> => {
      const peer = await RtcPeer.connect(url, token === undefined ? {} : { token }).catch(
        ({ status }: { status: number }) => status,
      );
      if (typeof peer === 'number') return `refused ${peer}`;
      if (token === undefined) peer.say({ type: 'hello' });
      const closed = peer.closed.then(({ code: why }) => `closed ${why}`);
      const end = await Promise.race([
        peer
          .next('welcome')
          .then(() => 'in')
          .catch(() => closed),
        closed,
      ]);
      if (end === 'in') await peer.cut();
      return end;
    };

    it('lets the guardian and the doctor in, each with a token of their own, once', async () => {
      for (const person of [kin.guardian, kin.doctor]) {
        const { token, websocket_url } = await grantFor(person, kin.records.room);
        expect(await outcome(websocket_url, token)).toBe('in');
        expect(await outcome(websocket_url, token)).toBe('refused 401');
      }
    });

    it('gives nobody else a token', async () => {
      const join = `/api/rtc/rooms/${kin.records.room}/join/`;
      for (const { client } of [kin.otherGuardian, kin.colleague])
        expect((await client.post(join)).status).toBe(404);
      expect((await app.client().post(join)).status).toBe(401);
    });

    it('lets nobody in without one, with an access token, or with one of another room', async () => {
      const { websocket_url: url } = await grantFor(kin.guardian, kin.records.room);
      const other = (await kin.another())['id'] ?? '';
      const room = (await kin.guardian.client.post(`/api/rtc/rooms/appointment/${other}/`)).body.data.id;
      const foreign = await grantFor(kin.guardian, room);
      expect(await outcome(url, foreign.token)).toBe('refused 401');
      const access = kin.guardian.client.headers['authorization']?.split(' ')[1] ?? '';
      expect(await outcome(url, access)).toBe('refused 401');
      expect(await outcome(url, 'x'.repeat(43))).toBe('refused 401');
      expect(await outcome(url)).toMatch(/^closed 4\d\d\d$/);
      expect(await outcome(url.replace(kin.records.room, room), 'x')).toBe('refused 401');
      expect(await outcome(url.replace(kin.records.room, kin.records.visit), foreign.token)).toBe(
        'refused 404',
      );
    });
  });
});
