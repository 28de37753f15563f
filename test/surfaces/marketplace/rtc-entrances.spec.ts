import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { newId } from '#kernel';
import { type Admission, hashJoinToken, RoomDirectory } from '#rtc';
import { startTestApp, type TestApp } from '../../support/app.ts';
import {
  type DoctorPerson,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../../support/people.ts';
import { visitWithRoom } from '../../support/visits.ts';

const VISITS = 6;

describe('people who come to their visits at the same time', () => {
  let app: TestApp;
  let directory: RoomDirectory;
  let doctor: DoctorPerson;
  let patient: Person;
  let visits: readonly { readonly id: string; readonly roomId: string }[];

  before(async () => {
    app = await startTestApp();
    directory = app.nest.get(RoomDirectory);
    doctor = await registerDoctor(app, await registerAdmin(app));
    patient = await register(app);
    visits = [];
    for (let slot = 0; slot < VISITS; slot += 1) {
      visits = [...visits, await visitWithRoom(app, patient, doctor, slot)];
    }
  });
  after(() => app.close());

  const now = () => Temporal.Now.instant();

  async function tokenFor(person: Person, roomId: string): Promise<Buffer> {
    const answer = await person.client.post(`/api/rtc/rooms/${roomId}/join/`);
    return hashJoinToken(answer.body.data.token);
  }

  const admissionTo = (roomId: string, { userId }: Person, role: 'patient' | 'doctor'): Admission => ({
    roomId,
    participantId: userId,
    displayName: 'Somebody',
    role,
    admitted: true,
  });

  const presencesIn = (roomId: string) =>
    app.sql<{ participant_id: string; left_reason: string | null; is_open: boolean }>(
      `select participant_id, left_reason, left_at is null as is_open from room_presences where room_id = $1
       order by joined_at, id`,
      [roomId],
    );

  it('are let in once each, by the token for the room', async () => {
    const shown = await Promise.all(
      visits.map(async ({ roomId }, place) => {
        const person = place % 2 === 0 ? patient : doctor;
        return { roomId, person, hash: await tokenFor(person, roomId) };
      }),
    );
    const elsewhere = shown.map(({ hash }, place) =>
      directory.redeemJoinToken(shown.at(place - 1)?.roomId ?? '', hash),
    );
    const unknown = directory.redeemJoinToken(visits[0]?.roomId ?? '', hashJoinToken('nobody’s'));
    const answers = shown.map(({ roomId, hash }) =>
      Promise.all([directory.redeemJoinToken(roomId, hash), directory.redeemJoinToken(roomId, hash)]),
    );
    expect(await Promise.all([...elsewhere, unknown])).toEqual(Array(VISITS + 1).fill(null));
    for (const [place, { roomId, person }] of shown.entries()) {
      const admitted = (await answers[place])?.filter((one) => one !== null);
      expect(admitted).toMatchObject([{ roomId, participantId: person.userId }]);
    }
  });

  it('are written down, with their arrival and a line of the timeline each', async () => {
    await Promise.all(
      visits.flatMap(({ roomId }) => [
        directory.participantJoined(admissionTo(roomId, patient, 'patient'), now()),
        directory.participantJoined(admissionTo(roomId, doctor, 'doctor'), now()),
      ]),
    );
    for (const { id, roomId } of visits) {
      const presences = await presencesIn(roomId);
      expect(presences.map((one) => one.participant_id).toSorted()).toEqual(
        [patient.userId, doctor.userId].toSorted(),
      );
      expect(
        await app.sql(
          `select status, patient_arrived_at is not null as patient, doctor_arrived_at is not null as doctor
           from appointments where id = $1`,
          [id],
        ),
      ).toEqual([{ status: 'arrived', patient: true, doctor: true }]);
      const lines = await app.sql(
        `select reason from audit_log where resource_id = $1 and action = 'room.enter' order by reason`,
        [roomId],
      );
      expect(lines.map(({ reason }) => reason)).toEqual([patient.userId, doctor.userId].toSorted());
    }
  });

  it('and go at once, are not taken for present', async () => {
    const guest = await visitWithRoom(app, patient, doctor, VISITS);
    const busy = visits.map(({ roomId }) =>
      directory.participantLeft(roomId, patient.userId, 'connection_lost', now()),
    );
    const come = directory.participantJoined(admissionTo(guest.roomId, patient, 'patient'), now());
    const go = directory.participantLeft(guest.roomId, patient.userId, 'left', now());
    const comeAgain = directory.participantJoined(admissionTo(guest.roomId, patient, 'patient'), now());
    const goAgain = directory.participantLeft(guest.roomId, patient.userId, 'left', now());
    await Promise.all([...busy, come, go, comeAgain, goAgain]);
    expect(await presencesIn(guest.roomId)).toMatchObject([
      { left_reason: 'left', is_open: false },
      { left_reason: 'left', is_open: false },
    ]);
  });

  it('leave behind what a process that died could not write', async () => {
    const { roomId } = await visitWithRoom(app, patient, doctor, VISITS + 1);
    const enter = () => directory.participantJoined(admissionTo(roomId, patient, 'patient'), now());
    await enter();
    await Promise.all([enter(), directory.load(newId()).then((room) => expect(room).toBeNull())]);
    expect(await presencesIn(roomId)).toMatchObject([
      { left_reason: 'connection_lost', is_open: false },
      { left_reason: null, is_open: true },
    ]);
  });
});
