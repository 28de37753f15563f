import { httpRequest } from '../http-load.ts';
import type { Visitor, Visitors } from './visitors.ts';
import { BIG_SPECIALTY } from './world.ts';

/** What people ask of the marketplace all day. `ask(n)` is the n-th request, so that no two in a row are alike. */
export interface Question {
  readonly name: string;
  ask(n: number): Buffer;
}

/** Names, complaints and specialties as people type them. */
const TEXTS = [
  'zoe muller',
  'migraine',
  'Rao',
  'dermatolgy',
  'Nguyen',
  'diabetes fr',
  'lindstrom',
  'asthma',
  'obrien',
  'Kim',
];
const SPECIALTIES = [BIG_SPECIALTY, 'dermatology', 'neurology', 'general practice', 'genetics'];

export function questions({ doctors, patients }: Visitors, today: Temporal.PlainDate): Question[] {
  // What was asked before is kept: a limit that nobody named yet makes it another question.
  let unheard = 0;
  const of = <T>(list: readonly T[], n: number): T => list[n % list.length] as T;
  const open = (path: string) => httpRequest('GET', path);
  const as = ({ accessToken }: Visitor, path: string) =>
    httpRequest('GET', path, { authorization: `Bearer ${accessToken}` });
  const text = (n: number) => encodeURIComponent(of(TEXTS, n));
  const specialty = (n: number) => encodeURIComponent(of(SPECIALTIES, n));
  const [tomorrow, week, month] = [1, 7, 30].map((days) => today.add({ days }).toString());
  return [
    { name: 'doctors by text', ask: (n) => open(`/api/doctors/?search=${text(n)}`) },
    {
      name: 'doctors by text, as nobody asked before',
      ask: (n) => open(`/api/doctors/?search=${text(n)}&fee_max=${1_000_000 + unheard++}`),
    },
    {
      name: 'doctors of a specialty',
      ask: (n) => open(`/api/doctors/?specialty=${specialty(n)}&page=${1 + (n % 3)}`),
    },
    {
      name: 'doctors by next free slot',
      ask: (n) => open(`/api/doctors/?ordering=next_slot&page=${1 + (n % 5)}`),
    },
    {
      name: 'doctors of a specialty by next free slot',
      ask: (n) => open(`/api/doctors/?ordering=next_slot&specialty=${specialty(n)}`),
    },
    {
      name: 'doctors who are free in a time',
      ask: (n) =>
        open(
          `/api/doctors/?available_after=${tomorrow}T0${n % 10}:00:00Z&available_before=${week}T12:00:00Z`,
        ),
    },
    {
      name: 'one doctor’s month of slots',
      ask: (n) =>
        open(`/api/doctors/${of(doctors, n).id}/availability/?from=${today.toString()}&to=${month}`),
    },
    {
      name: 'slots of a specialty for a week, three each',
      ask: (n) =>
        as(
          of(patients, n),
          `/api/appointments/slots/?specialty=${BIG_SPECIALTY}&from=${tomorrow}&to=${week}&per_doctor=3&page=${1 + (n % 4)}`,
        ),
    },
    { name: 'a patient’s list', ask: (n) => as(of(patients, n), '/api/appointments/') },
    { name: 'a patient’s upcoming visits', ask: (n) => as(of(patients, n), '/api/appointments/upcoming/') },
    { name: 'a doctor’s list', ask: (n) => as(of(doctors, n), '/api/appointments/?ordering=-start') },
    { name: 'a doctor’s upcoming visits', ask: (n) => as(of(doctors, n), '/api/appointments/upcoming/') },
  ];
}
