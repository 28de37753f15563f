import type { Caller, Data } from './caller.ts';
import { Signalling } from './signalling.ts';
import type { DemoVisit, Stage } from './stage.ts';

/**
 * Both join the room and say what two browsers would say to set up their call. The session descriptions are
 * written down here, since there is no browser; the visit page shows the real thing.
 */
export async function meeting(stage: Stage, visit: DemoVisit): Promise<void> {
  const { screen, cast } = stage;
  screen.step('Both join the room over WebSocket; the doctor starts, they negotiate, the doctor ends');
  const room = await cast.patient.post(
    `/api/rtc/rooms/appointment/${visit.id}/`,
    {},
    {
      show: ({ id, status, doctor, patient }) => ({ id, status, doctor: doctor.name, patient: patient.name }),
    },
  );
  screen.link('the visit page', room.visit_url);
  const patient = await join(stage, cast.patient, room.id);
  const doctor = await join(stage, cast.doctor, room.id);
  try {
    await patient.line.next('participant-joined');
    await cast.doctor.post(`/api/rtc/rooms/${room.id}/start/`, {}, { show: roomOf });
    await Promise.all([patient.line.next('admitted'), doctor.line.next('admitted')]);
    screen.signal('room', 'both', 'admitted');
    await negotiate(stage, patient, doctor);
    await cast.doctor.post(`/api/rtc/rooms/${room.id}/end/`, {}, { show: roomOf });
    const { reason } = await patient.line.next('ended');
    screen.signal('room', 'both', `ended (${reason})`);
  } finally {
    patient.line.close();
    doctor.line.close();
  }
}

interface Participant {
  readonly line: Signalling;
  readonly instance: string;
}

async function join({ screen }: Stage, caller: Caller, roomId: string): Promise<Participant> {
  const grant = await caller.post(
    `/api/rtc/rooms/${roomId}/join/`,
    {},
    { show: ({ role, websocket_url }) => ({ role, websocket_url, token: '…' }) },
  );
  const { line, welcome } = await Signalling.open(grant.websocket_url, grant.token);
  screen.signal(
    'room',
    caller.name,
    `welcome, ${welcome.room.status}, ${welcome.participants.length} other(s)`,
  );
  return { line, instance: welcome.self.instance };
}

/** The doctor is the impolite side, which makes the offer. */
async function negotiate({ screen }: Stage, patient: Participant, doctor: Participant): Promise<void> {
  const connection = [patient.instance, doctor.instance].sort().join('.');
  const pass = async (
    from: Participant,
    message: { type: string; [field: string]: unknown },
    shown: string,
  ) => {
    const [to, names] = from === doctor ? [patient, ['doctor', 'patient']] : [doctor, ['patient', 'doctor']];
    from.line.say({ ...message, ...(message.type !== 'chat' && { connection }) });
    const heard = await to.line.next(message.type);
    screen.signal(names[0] ?? '', names[1] ?? '', `${message.type} #${heard.seq}  ${shown}`);
  };
  await pass(doctor, { type: 'offer', sdp: sdp('actpass') }, 'audio and video (scripted SDP)');
  await pass(patient, { type: 'answer', sdp: sdp('active') }, 'accepted (scripted SDP)');
  await pass(doctor, { type: 'candidate', candidate: candidate('192.0.2.7', 50_000) }, '192.0.2.7:50000');
  await pass(
    patient,
    { type: 'candidate', candidate: candidate('198.51.100.4', 40_000) },
    '198.51.100.4:40000',
  );
  await pass(doctor, { type: 'end-of-candidates' }, '');
  await pass(patient, { type: 'end-of-candidates' }, '');
  await pass(patient, { type: 'chat', text: 'Can you hear me?' }, 'Can you hear me?');
  await pass(doctor, { type: 'chat', text: 'Loud and clear.' }, 'Loud and clear.');
}

function sdp(setup: string): string {
  const media = (kind: string, mid: number, payload: number, codec: string) => [
    `m=${kind} 9 UDP/TLS/RTP/SAVPF ${payload}`,
    'c=IN IP4 0.0.0.0',
    'a=sendrecv',
    `a=mid:${mid}`,
    `a=setup:${setup}`,
    `a=rtpmap:${payload} ${codec}`,
  ];
  const lines = [
    'v=0',
    'o=- 4611731400430051336 2 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=group:BUNDLE 0 1',
    ...media('audio', 0, 111, 'opus/48000/2'),
    ...media('video', 1, 96, 'VP8/90000'),
  ];
  return `${lines.join('\r\n')}\r\n`;
}

function candidate(address: string, port: number) {
  return {
    candidate: `candidate:1 1 udp 2122260223 ${address} ${port} typ host`,
    sdpMid: '0',
    sdpMLineIndex: 0,
    usernameFragment: 'demo',
  };
}

const roomOf = ({ status, started_at, ended_at }: Data) => ({ status, started_at, ended_at });
