import type { TestServer } from '../app.ts';
import type { Intent } from '../paying.ts';
import { payableDoctor } from '../payouts.ts';
import {
  type DoctorPerson,
  freeSlots,
  type Person,
  register,
  registerAdmin,
  registerDoctor,
} from '../people.ts';
import { Post } from './post.ts';
import { type ProviderSide, razorpaySide, stripeSide } from './providers.ts';

/** What a server needs for such a life. Providers are given up on soon: what hangs shall not take long. */
export const HISTORY_APP = { PAYMENT_PROVIDER_TIMEOUT_MS: '1000', MAX_UNPAID_HOLDS: '1000' };

const PATIENTS = 12;

export interface Fee {
  readonly amount: number;
  readonly currency: string;
}

/** Without decimals, with two, with three; amounts that no percentage divides evenly. */
const FEES: readonly Fee[] = [
  { amount: 5000, currency: 'EUR' },
  { amount: 4999, currency: 'USD' },
  { amount: 3001, currency: 'JPY' },
  { amount: 10_570, currency: 'KWD' },
  { amount: 80_011, currency: 'INR' },
];

interface Practice extends DoctorPerson {
  readonly fee: Fee;
  readonly side: ProviderSide;
  /** Times that nobody has booked yet. */
  readonly slots: string[];
}

export interface Visit {
  readonly id: string;
  readonly doctor: Practice;
  readonly patient: Person;
  readonly intent: Intent;
  /** The provider's id of its payment. */
  readonly reference: string;
}

/** Everybody in it, and what has happened so far. */
export interface World {
  readonly app: TestServer;
  readonly stripe: ProviderSide;
  readonly sides: readonly ProviderSide[];
  readonly post: Post;
  /** Drafts payouts and gives refunds. */
  readonly author: Person;
  /** Approves payouts. */
  readonly approver: Person;
  readonly doctors: readonly Practice[];
  readonly patients: readonly Person[];
  readonly visits: Visit[];
}

export async function openWorld(app: TestServer): Promise<World> {
  const stripe = stripeSide(app.sandbox);
  const razorpay = razorpaySide(app.razorpay);
  const author = await registerAdmin(app);
  const doctors: Practice[] = [];
  for (const [index, fee] of FEES.entries()) {
    const isRazorpays = fee.currency === 'INR';
    // Doctors are paid out by Stripe.
    const doctor = await (isRazorpays ? registerDoctor : payableDoctor)(app, author, {
      consultation_fee: fee,
    });
    const free = await freeSlots(author.client, doctor.doctorId);
    // Patients see several doctors: these begin at other hours.
    const slots = free.map(({ start }) => start).slice(index * 3);
    doctors.push({ ...doctor, fee, side: isRazorpays ? razorpay : stripe, slots });
  }
  const approver = await registerAdmin(app);
  const patients: Person[] = [];
  for (let count = 0; count < PATIENTS; count += 1) patients.push(await register(app));
  const sides = [stripe, razorpay];
  return { app, stripe, sides, post: new Post(sides), author, approver, doctors, patients, visits: [] };
}
