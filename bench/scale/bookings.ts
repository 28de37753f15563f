import { setTimeout as sleep } from 'node:timers/promises';
import type { Visitors } from './visitors.ts';

/** How long until the next booking: ms. */
const PAUSE = 50;

/** Books visits, one after the other, while others ask. */
export class Bookings {
  made = 0;
  #ended = false;
  readonly #work: Promise<void>;

  constructor(
    private readonly url: string,
    private readonly visitors: Visitors,
  ) {
    this.#work = this.#book();
  }

  /** @throws Error when a booking was answered with anything but 201 or a conflict */
  async stop(): Promise<void> {
    this.#ended = true;
    await this.#work;
  }

  async #book(): Promise<void> {
    const { doctors, patients } = this.visitors;
    for (let n = 0; !this.#ended; n++) {
      const doctor = doctors[n % doctors.length];
      const patient = patients[(n * 7) % patients.length];
      if (!doctor || !patient) throw new Error('Nobody is there.');
      const answer = await fetch(`${this.url}/api/doctors/${doctor.id}/availability/`);
      const { data } = (await answer.json()) as { data: { slots: { start: string }[] } };
      const slot = data.slots[n % Math.max(1, data.slots.length)];
      if (slot) {
        const booked = await fetch(`${this.url}/api/appointments/`, {
          method: 'POST',
          headers: { authorization: `Bearer ${patient.accessToken}`, 'content-type': 'application/json' },
          body: JSON.stringify({ doctor_id: doctor.id, start: slot.start }),
        });
        if (booked.status === 201) this.made += 1;
        else if (booked.status !== 409)
          throw new Error(`Not booked: ${booked.status} ${await booked.text()}`);
      }
      await sleep(PAUSE);
    }
  }
}
