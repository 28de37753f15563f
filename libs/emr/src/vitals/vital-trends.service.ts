import { Injectable } from '@nestjs/common';
import { Clock, type UserActor } from '#kernel';
import { Database, FieldCipher } from '#platform';
import { CarePolicy, type ChartReference } from '../access/care.policy.ts';
import { periodReversed, tooManyReadings } from '../emr.errors.ts';
import { type ReferenceRange, referenceRange } from './reference-ranges.ts';
import { type Bucket, type TrendPoint, trendOf } from './vital-trend.ts';
import { type Measurements, VITAL_SIGNS, type VitalSign, vitalsPlace } from './vitals.entity.ts';

export interface TrendQuestion {
  readonly sign: VitalSign;
  readonly bucket: Bucket;
  /** IANA: whose days, weeks and months. */
  readonly timeZone: string;
  /** The last 90 days, when left out. */
  readonly from?: Temporal.Instant;
  readonly to?: Temporal.Instant;
}

export interface VitalTrend {
  readonly patientId: string;
  readonly sign: VitalSign;
  readonly unit: string;
  readonly bucket: Bucket;
  readonly timeZone: string;
  readonly from: Temporal.Instant;
  readonly to: Temporal.Instant;
  /** What is usual at the patient's age at the end of the period. */
  readonly reference: ReferenceRange | null;
  readonly points: readonly TrendPoint[];
}

const PERIOD = { hours: 90 * 24 };
/** Each set of vital signs has to be decrypted to be counted. */
const MAX_SETS = 5000;

/** How a sign went over time. */
@Injectable()
export class VitalTrendsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly cipher: FieldCipher,
    private readonly care: CarePolicy,
  ) {}

  /** @throws not_found `patient_not_found`; invalid `period_reversed`, `too_many_readings` */
  async of(actor: UserActor, reference: ChartReference, question: TrendQuestion): Promise<VitalTrend> {
    const { sign, bucket, timeZone, to = this.clock.now() } = question;
    const { from = to.subtract(PERIOD) } = question;
    if (Temporal.Instant.compare(from, to) >= 0) throw periodReversed();
    const chart = await this.care.openChart(actor, reference, 'vitals', 'trend');
    const rows = await this.database.query
      .selectFrom('vitals')
      .select(['id', 'measurements', 'recordedAt'])
      .where('patientId', '=', chart.id)
      .where('recordedAt', '>=', from)
      .where('recordedAt', '<', to)
      .orderBy('recordedAt')
      .orderBy('id')
      .limit(MAX_SETS + 1)
      .execute();
    if (rows.length > MAX_SETS) throw tooManyReadings(MAX_SETS);
    const readings = rows.flatMap(({ id, measurements, recordedAt: at }) => {
      const value = this.cipher.decryptJson<Measurements>(measurements, vitalsPlace(id))[sign];
      return value === undefined ? [] : [{ at, value }];
    });
    return {
      patientId: chart.id,
      sign,
      unit: VITAL_SIGNS[sign].unit,
      bucket,
      timeZone,
      from,
      to,
      reference: referenceRange(sign, chart.dateOfBirth, to.toZonedDateTimeISO(timeZone).toPlainDate()),
      points: trendOf(readings, bucket, timeZone),
    };
  }
}
