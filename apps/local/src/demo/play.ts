import { aftermath } from './aftermath.ts';
import { arrival } from './arrival.ts';
import { booking } from './booking.ts';
import { newCast } from './cast.ts';
import { consultation } from './consultation.ts';
import { meeting } from './meeting.ts';
import { moving } from './moving.ts';
import { payment } from './payment.ts';
import type { Screen } from './screen.ts';

/**
 * Plays the main job: a patient books, pays, meets the doctor and leaves with a prescription.
 * @throws DemoFailure at the first step that fails
 */
export async function playDemo(baseUrl: string, screen: Screen): Promise<void> {
  const stage = { baseUrl, screen, cast: newCast(baseUrl, screen) };
  screen.title(`A whole visit, over HTTP and WebSocket, at ${baseUrl}`);
  const doctor = await arrival(stage);
  const visit = await booking(stage, doctor);
  await payment(stage, visit);
  await moving(stage, visit);
  await meeting(stage, visit);
  await consultation(stage, visit);
  await aftermath(stage, visit);
  screen.title('Done: booked, paid, met, prescribed, reviewed.\n');
}
