import { beforeEach, describe, it } from 'node:test';
import { expect } from 'expect';
import { FakeClient, FakeMediaStream, FakePeerConnection } from './browser.fixture.ts';
import { Call } from './call.ts';
import type { Negotiation, Participant, Relayed, Welcome } from './protocol.ts';

Object.assign(globalThis, { MediaStream: FakeMediaStream, RTCPeerConnection: FakePeerConnection });

const at = '2026-11-02T10:00:00Z';
const doctor: Participant = {
  participant_id: 'doctor',
  instance: 'd1',
  display_name: 'Dr. Rao',
  role: 'doctor',
  admitted: true,
  state: 'connected',
  negotiation_role: 'polite',
};
const guest: Participant = {
  ...doctor,
  participant_id: 'guest',
  instance: 'g1',
  role: 'guest',
  admitted: false,
  negotiation_role: 'impolite',
};

const welcome = (changes: Partial<Welcome> = {}): Welcome => ({
  type: 'welcome',
  seq: 1,
  at,
  resumed: false,
  resume_id: 'resume',
  received_id: 0,
  self: { participant_id: 'patient', instance: 'p1', display_name: 'Ann', role: 'patient', admitted: true },
  room: { room_id: 'room', status: 'active' },
  participants: [doctor, guest],
  waiting: null,
  ice_servers: [{ urls: ['turn:one'], username: 'u', credential: 'c' }],
  ice_servers_expire_at: null,
  limits: { max_frame_bytes: 65_536, messages_per_second: 100, resume_window_seconds: 30 },
  ...changes,
});

const relayed = (message: Negotiation, from = 'doctor'): Relayed => ({ ...message, seq: 2, at, from });
/** What is under way in a link's queue. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('Call', () => {
  let client: FakeClient;
  let call: Call;
  const links = () => FakePeerConnection.made;
  const open = () => links().filter(({ connectionState }) => connectionState !== 'closed');

  beforeEach(() => {
    FakePeerConnection.made = [];
    client = new FakeClient();
    call = new Call(client.asClient(), new MediaStream());
  });

  it('links those who take part, names the connection after both, and speaks to each alone', async () => {
    client.hear('welcome', welcome());
    expect(call.others.map(({ link }) => link?.connection)).toEqual(['d1.p1', undefined]);
    client.hear('message', { type: 'presence', seq: 2, at, participant: { ...guest, admitted: true } });
    expect(call.others.map(({ link }) => link?.connection)).toEqual(['d1.p1', 'g1.p1']);
    // The impolite side offers at once, the polite one leaves it to the other.
    for (const pc of links()) pc.onnegotiationneeded?.();
    await settle();
    expect(client.said.filter(({ type }) => type === 'offer')).toEqual([
      { type: 'offer', sdp: 'offer of this side', connection: 'g1.p1', to: 'guest' },
    ]);
  });

  it('waits while the room does, and whenever the doctor asks for it', () => {
    client.hear('welcome', welcome({ room: { room_id: 'room', status: 'waiting' } }));
    expect(links()).toEqual([]);
    client.hear('message', { type: 'admitted', seq: 2, at });
    expect(open()).toHaveLength(1);
    client.hear('message', { type: 'returned-to-waiting', seq: 3, at });
    expect([call.isActive, open().length]).toEqual([false, 0]);
    client.hear('message', { type: 'admitted', seq: 4, at, participants: [doctor] });
    expect(call.others.map(({ participant }) => participant.participant_id)).toEqual(['doctor']);
    expect(open()).toHaveLength(1);
  });

  it('begins anew with who comes anew, and lets go of who leaves', () => {
    client.hear('welcome', welcome());
    const again = { ...doctor, instance: 'd2' };
    client.hear('message', { type: 'participant-joined', seq: 2, at, participant: again });
    expect(call.others[0]?.link?.connection ?? call.others[1]?.link?.connection).toBe('d2.p1');
    expect(open()).toHaveLength(1);
    // News of the former page are no news.
    const left = { type: 'participant-left', seq: 3, at, participant_id: 'doctor', reason: 'left' } as const;
    client.hear('message', { ...left, instance: 'd1' });
    expect(open()).toHaveLength(1);
    client.hear('message', { ...left, instance: 'd2' });
    expect(open()).toHaveLength(0);
  });

  it('hands signals to the link that they name, and to no other', async () => {
    client.hear('welcome', welcome());
    client.hear('message', relayed({ type: 'offer', sdp: 'late', connection: 'd0.p1' }));
    await settle();
    expect(links()[0]?.remoteDescription).toBeNull();
    client.hear('message', relayed({ type: 'offer', sdp: 'theirs', connection: 'd1.p1' }));
    await settle();
    expect(client.said.at(-1)).toEqual({
      type: 'answer',
      sdp: 'answer of this side',
      connection: 'd1.p1',
      to: 'doctor',
    });
  });

  it('as the impolite side ignores a colliding offer with its candidates, without a complaint', async () => {
    const problems: unknown[] = [];
    call.on('problem', (problem) => problems.push(problem));
    client.hear('welcome', welcome({ participants: [{ ...doctor, negotiation_role: 'impolite' }] }));
    const [pc] = links();
    pc?.onnegotiationneeded?.();
    await settle();
    client.hear('message', relayed({ type: 'offer', sdp: 'theirs', connection: 'd1.p1' }));
    client.hear(
      'message',
      relayed({ type: 'candidate', candidate: { candidate: 'x' }, connection: 'd1.p1' }),
    );
    await settle();
    expect([pc?.remoteDescription, problems]).toEqual([null, []]);
    client.hear('message', relayed({ type: 'answer', sdp: 'yes', connection: 'd1.p1' }));
    client.hear(
      'message',
      relayed({ type: 'candidate', candidate: { candidate: 'y' }, connection: 'd1.p1' }),
    );
    await settle();
    expect([pc?.signalingState, pc?.candidates]).toEqual(['stable', [{ candidate: 'y' }]]);
  });

  it('gives fresh TURN credentials to every link, and takes a new way where the old one is a relay', async () => {
    client.hear('welcome', welcome({ participants: [doctor, { ...guest, admitted: true }] }));
    const [relay, direct] = links();
    const statsOf = (candidateType: string) =>
      new Map<string, object>([
        ['T', { id: 'T', type: 'transport', timestamp: 1, selectedCandidatePairId: 'P' }],
        ['P', { id: 'P', type: 'candidate-pair', timestamp: 1, localCandidateId: 'L' }],
        ['L', { id: 'L', type: 'local-candidate', timestamp: 1, candidateType }],
      ]);
    if (relay) relay.stats = statsOf('relay');
    if (direct) direct.stats = statsOf('host');
    const ice_servers = [{ urls: ['turn:one'], username: 'later', credential: 'c2' }];
    client.hear('message', { type: 'ice-servers', at, ice_servers, ice_servers_expire_at: null });
    await settle();
    expect(links().map(({ configuration }) => configuration.iceServers)).toEqual([ice_servers, ice_servers]);
    expect(links().map(({ restarts }) => restarts)).toEqual([1, 0]);
  });

  it('leaves a call as it is when only its signalling was away', async () => {
    client.hear('welcome', welcome());
    const ice_servers = [{ urls: ['turn:one'], username: 'later', credential: 'c2' }];
    client.hear('resumed', welcome({ resumed: true, ice_servers }));
    await settle();
    expect(links().map(({ configuration, restarts }) => [configuration.iceServers, restarts])).toEqual([
      [ice_servers, 0],
    ]);
  });

  it('says a signal again that the server could not deliver, while it is of use', (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    client.hear('welcome', welcome());
    const said = { type: 'offer', sdp: 'v=0', connection: 'd1.p1', to: 'doctor' } as const;
    const refuse = (code: string) => client.hear('refused', { code, message: 'No.', said });
    const offers = () => client.said.filter(({ type }) => type === 'offer').length;
    refuse('not_admitted');
    context.mock.timers.tick(1_000);
    expect(offers()).toBe(0);
    refuse('unavailable');
    context.mock.timers.tick(1_000);
    expect(offers()).toBe(1);
    refuse('unavailable');
    client.hear('welcome', welcome({ participants: [{ ...doctor, instance: 'd2' }] }));
    context.mock.timers.tick(1_000);
    expect(offers()).toBe(1);
  });

  it('as the polite side asks for a restart, once, and never makes one itself', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    client.hear('welcome', welcome({ participants: [doctor] }));
    const [pc] = links();
    client.hear('message', relayed({ type: 'offer', sdp: 'theirs', connection: 'd1.p1' }));
    await settle();
    const asked = () => client.said.filter(({ type }) => type === 'restart-ice');
    call.restartIce();
    expect(asked()).toEqual([{ type: 'restart-ice', connection: 'd1.p1', to: 'doctor' }]);
    pc?.become('failed');
    context.mock.timers.tick(60_000);
    call.restartIce();
    expect(asked()).toHaveLength(1);
    client.hear('message', relayed({ type: 'offer', sdp: 'theirs anew', connection: 'd1.p1' }));
    await settle();
    context.mock.timers.tick(1_000);
    expect(asked()).toHaveLength(2);
    expect(pc?.restarts).toBe(0);
  });

  it('offers again when nobody answers', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    client.hear('welcome', welcome({ participants: [{ ...doctor, negotiation_role: 'impolite' }] }));
    links()[0]?.onnegotiationneeded?.();
    await settle();
    context.mock.timers.tick(8_000);
    await settle();
    expect(client.said.filter(({ type }) => type === 'offer')).toHaveLength(2);
  });

  it('restarts ICE when a link does not recover, and reports the quality of those that work', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
    const timed = new Call(client.asClient(), new MediaStream());
    client.hear('welcome', welcome({ participants: [{ ...doctor, negotiation_role: 'impolite' }] }));
    const pc = links().at(-1);
    pc?.become('connected');
    context.mock.timers.tick(10_000);
    await settle();
    expect(client.reports).toEqual([{ participant_id: 'doctor' }]);
    expect(pc?.restarts).toBe(0);
    pc?.become('disconnected');
    context.mock.timers.tick(3_900);
    expect(pc?.restarts).toBe(0);
    context.mock.timers.tick(200);
    expect(pc?.restarts).toBe(1);
    pc?.become('failed');
    for (let second = 0; second < 2; second += 1) context.mock.timers.tick(1_000);
    expect(pc?.restarts).toBe(3);
    pc?.become('connected');
    context.mock.timers.tick(60_000);
    expect(pc?.restarts).toBe(3);
    timed.close();
  });
});
