import type { Cast } from './cast.ts';
import type { Screen } from './screen.ts';

/** Where the demo plays. */
export interface Stage {
  readonly baseUrl: string;
  readonly screen: Screen;
  readonly cast: Cast;
}

/** The visit that the demo is about. */
export interface DemoVisit {
  readonly id: string;
  readonly doctorId: string;
  readonly patientId: string;
}
