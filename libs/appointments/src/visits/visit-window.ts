import { Injectable } from '@nestjs/common';
import { Clock } from '#kernel';
import { Config } from '#platform';
import type { AppointmentStatus } from './appointment.entity.ts';
import { tooEarly, tooLate } from './appointment.errors.ts';

/** From when until when the people of a visit may come together. */
export interface OpenHours {
  readonly opensAt: Temporal.Instant;
  readonly closesAt: Temporal.Instant;
}

interface Planned {
  readonly startsAt: Temporal.Instant;
  readonly endsAt: Temporal.Instant;
}

/** The one rule for when a visit may be entered and begun: from shortly before its start until a while after its end. */
@Injectable()
export class VisitWindow {
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  of({ startsAt, endsAt }: Planned): OpenHours {
    const { VISIT_OPENS_MINUTES, VISIT_CLOSES_MINUTES } = this.config.env;
    return {
      opensAt: startsAt.subtract({ minutes: VISIT_OPENS_MINUTES }),
      closesAt: endsAt.add({ minutes: VISIT_CLOSES_MINUTES }),
    };
  }

  /** Visits that were planned to end before this are closed by now. */
  get closedEnd(): Temporal.Instant {
    return this.clock.now().subtract({ minutes: this.config.env.VISIT_CLOSES_MINUTES });
  }

  /**
   * A visit that has begun stays open as long as it lasts.
   * @throws conflict `too_early` with `opens_at`, `too_late` with `closed_at`
   */
  assertOpen(visit: Planned & { readonly status: AppointmentStatus }): void {
    if (visit.status === 'in_progress') return;
    const { opensAt, closesAt } = this.of(visit);
    const now = this.clock.now();
    if (Temporal.Instant.compare(now, opensAt) < 0) throw tooEarly(opensAt);
    if (Temporal.Instant.compare(now, closesAt) > 0) throw tooLate(closesAt);
  }
}
