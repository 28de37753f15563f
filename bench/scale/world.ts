import pg from 'pg';

/** How much there is of everything at full size. */
const FULL = { doctors: 10_000, patients: 100_000, visits: 1_000_000 } as const;

/** Of ten thousand doctors five hundred are in this specialty; forty share the others. */
export const BIG_SPECIALTY = 'cardiology';

export interface World {
  readonly doctors: number;
  readonly patients: number;
  readonly visits: number;
}

export function worldOf(share: number): World {
  return {
    doctors: Math.round(FULL.doctors * share),
    patients: Math.round(FULL.patients * share),
    visits: Math.round(FULL.visits * share),
  };
}

/** Of a hundred visits of a doctor, how many are over, and how many fall into each of the coming weeks. */
const PAST = 60;
const COMING = [24, 10, 3, 3] as const;

const WORDS = `array['heart', 'skin', 'children', 'sleep', 'migraine', 'diabetes', 'knees', 'back pain', 'allergies', 'asthma',
  'pregnancy', 'thyroid', 'anxiety', 'travel', 'sports', 'eyes', 'hearing', 'digestion', 'blood pressure', 'nutrition']`;
const SPECIALTIES = `array['${BIG_SPECIALTY}', 'dermatology', 'paediatrics', 'psychiatry', 'neurology', 'endocrinology',
  'gynaecology', 'urology', 'orthopaedics', 'ophthalmology', 'otolaryngology', 'rheumatology', 'oncology', 'haematology',
  'nephrology', 'pulmonology', 'gastroenterology', 'allergology', 'immunology', 'geriatrics', 'general practice',
  'family medicine', 'internal medicine', 'sports medicine', 'travel medicine', 'sleep medicine', 'pain medicine',
  'palliative care', 'infectious diseases', 'hepatology', 'vascular medicine', 'neonatology', 'psychology',
  'physiotherapy', 'nutrition', 'speech therapy', 'dentistry', 'radiology', 'pathology', 'genetics']`;
const FIRST_NAMES = `array['Asha', 'Zoë', 'Arjun', 'Claire', 'Chidi', 'Wei', 'Inês', 'Petr', 'Noura', 'Yuki', 'Lucas', 'Grace',
  'Émile', 'Søren', 'Ngọc', 'Fatima', 'Iván', 'Olga', 'Kwame', 'Mária', 'Tom', 'Leïla', 'José', 'Ana', 'Ravi']`;
const LAST_NAMES = `array['Rao', 'Müller', 'Petit', 'Okafor', 'Chen', 'Silva', 'Novák', 'Haddad', 'Tanaka', 'Bernard', 'Kim',
  'Hughes', 'García', 'Nguyễn', 'Kowalski', 'Ivanova', 'Mensah', 'Horváth', 'Lindström', 'O''Brien', 'Da Costa', 'Şahin',
  'Patel', 'Iyer', 'Schmidt', 'Rossi', 'Dubois', 'Jansen', 'Popescu', 'Andersson']`;
const ZONES = `array['Asia/Kolkata', 'Europe/Paris', 'America/New_York', 'Europe/London', 'Australia/Sydney', 'America/Sao_Paulo',
  'Asia/Tokyo', 'America/Los_Angeles']`;

/** The entry of `list` that belongs to `number`. */
const pick = (list: string, number: string) => `(${list})[1 + (${number}) % array_length(${list}, 1)]`;

const PEOPLE = ({ doctors, patients }: World) => `
create temporary table doctor_cast as
  select n, uuidv7() id, uuidv7() organization, uuidv7() branch, uuidv7() user_id,
    ${pick(ZONES, 'n')} zone,
    ${pick(FIRST_NAMES, 'n * 7')} first_name, ${pick(LAST_NAMES, 'n * 11 + n / 25')} last_name,
    -- One in twenty is in the big specialty; the others take turns.
    case when n % 20 = 0 then '${BIG_SPECIALTY}' else (${SPECIALTIES})[2 + (n * 17 + n / 39) % 39] end specialty,
    -- One in ten keeps ten minutes after each visit; one in ten limits the day.
    case when n % 10 = 3 then 20 else 30 end slot_minutes, case when n % 10 = 3 then 10 else 0 end buffer_minutes,
    case when n % 10 = 7 then 9 end daily_limit
  from generate_series(0, ${doctors - 1}) n;
create temporary table patient_cast as
  select n, uuidv7() id, uuidv7() user_id from generate_series(0, ${patients - 1}) n;
create unique index on patient_cast (n);
insert into users (id, email, first_name, last_name, roles, time_zone, created_at, updated_at)
  select user_id, 'doctor' || n || '@scale.test', first_name, last_name, array['doctor'], zone, now(), now() from doctor_cast
  union all
  select user_id, 'patient' || n || '@scale.test', ${pick(FIRST_NAMES, 'n')}, ${pick(LAST_NAMES, 'n / 3')}, array['patient'],
    ${pick(ZONES, 'n * 3')}, now(), now() from patient_cast;
insert into patients (id, user_id, first_name, last_name, created_at, updated_at)
  select p.id, p.user_id, u.first_name, u.last_name, now(), now() from patient_cast p join users u on u.id = p.user_id;
insert into organizations (id, name, country, time_zone, created_at, updated_at)
  select organization, 'Practice ' || n, 'FR', zone, now(), now() from doctor_cast;
insert into branches (id, organization_id, name, created_at) select branch, organization, 'Main', now() from doctor_cast;
insert into staff_members (id, organization_id, branch_id, user_id, name, created_at)
  select id, organization, branch, user_id, 'Dr. ' || first_name || ' ' || last_name, now() from doctor_cast;
insert into doctors (id, organization_id, user_id, name, gender, bio, qualifications, specialties, languages,
    years_of_experience, fee_amount, fee_currency, time_zone, slot_minutes, buffer_minutes, daily_limit,
    minimum_notice_minutes, booking_horizon_days, kyc_status, license_country, license_expires_on, rating_total,
    rating_count, created_at, updated_at)
  select id, organization, user_id, 'Dr. ' || first_name || ' ' || last_name,
    ${pick(`array['female', 'male', 'other']::gender[]`, 'n * 13')},
    format('Cares for %s, %s and %s. %s years in practice, in hospital and at home.', ${pick(WORDS, 'n')},
      ${pick(WORDS, 'n * 3 + 1')}, ${pick(WORDS, 'n / 20')}, n % 40),
    array['MD'], array[specialty] || case when n % 5 = 1 then array['general practice'] else '{}' end,
    array['en', ${pick(`array['fr', 'hi', 'es', 'de', 'pt', 'ja']`, 'n')}], n % 40, 2000 + n % 97 * 100, 'EUR', zone,
    slot_minutes, buffer_minutes, daily_limit, 60, 60, 'approved', 'FR', '2099-12-31', n % 50 * 4, n % 50,
    now() - n * interval '1 minute', now()
  from doctor_cast;
`;

const HOURS = `
insert into availability_rules (id, organization_id, practitioner_id, kind, weekday, start_time, end_time, breaks,
    time_zone, slot_minutes, buffer_minutes, created_at, updated_at)
  -- Half of them write their lunch as a break, the others as two lines of hours.
  select uuidv7(), organization, id, 'weekly'::availability_kind, weekday, '09:00'::time, '17:00'::time,
    '[{"start": "12:00", "end": "13:00"}]'::jsonb, zone,
    slot_minutes, buffer_minutes, now(), now()
  from doctor_cast, generate_series(1, 5) weekday where n % 2 = 0
  union all
  select uuidv7(), organization, id, 'weekly', weekday, hours.start_time::time, hours.end_time::time, '[]', zone,
    slot_minutes, buffer_minutes, now(), now()
  from doctor_cast, generate_series(1, 5) weekday, (values ('09:00', '12:00'), ('13:00', '17:00')) hours (start_time, end_time)
  where n % 2 = 1;
insert into availability_rules (id, organization_id, practitioner_id, kind, date, time_zone, slot_minutes, created_at, updated_at)
  select uuidv7(), organization, id, 'off', current_date + 20 + n % 20 + day, zone, 30, now(), now()
  from doctor_cast, generate_series(0, 2) day;
insert into availability_rules (id, organization_id, practitioner_id, kind, date, start_time, end_time, time_zone,
    slot_minutes, buffer_minutes, created_at, updated_at)
  select uuidv7(), organization, id, 'extra', current_date + 3 + n % 11, '18:00', '20:00', zone, slot_minutes,
    buffer_minutes, now(), now()
  from doctor_cast where n % 3 = 0;
`;

/**
 * Visits on the half hours of each doctor's own working days: `place` is a working day and one of its
 * fourteen slots, and a step that has no divisor in common with their number never meets a place twice.
 * Within an instant the patients follow each other, so that nobody is in two visits at a time.
 */
const VISITS = ({ doctors, patients, visits }: World) => {
  const each = visits / doctors;
  const past = Math.round((each * PAST) / 100);
  return `
create temporary table working_days as
  select row_number() over (order by day) - 1 n, day::date from generate_series(current_date + 1, current_date + 40, '1 day') day
  where extract(isodow from day) < 6;
create temporary table former_days as
  select row_number() over (order by day desc) - 1 n, day::date
  from generate_series(current_date - 400, current_date - 2, '1 day') day where extract(isodow from day) < 6;
create temporary table visit_cast as
  with places as (
    select d.n, -1 week, k, (d.n * 31 + k * 101) % 3640 place from doctor_cast d, generate_series(0, ${past - 1}) k
    ${COMING.map(
      (share, week) =>
        `union all select d.n, ${week}, k, (d.n * 7 + k * 29) % 70 from doctor_cast d, generate_series(0, ${Math.round((each * share) / 100) - 1}) k`,
    ).join('\n    ')}
  )
  select p.n doctor, p.week, p.k,
    (day + time '09:00' + (place % 14 + case when place % 14 >= 6 then 2 else 0 end) * interval '30 minutes')
      at time zone d.zone as starts_at
  from places p join doctor_cast d using (n)
    join lateral (
      select day from working_days w where p.week >= 0 and w.n = p.week * 5 + p.place / 14
      union all select day from former_days f where p.week < 0 and f.n = p.place / 14
    ) days on true;
insert into appointments (id, organization_id, practitioner_id, patient_id, booked_by, status, starts_at, ends_at,
    buffer_minutes, fee_amount, fee_currency, cancellation_policy, hold_expires_at, created_at, updated_at)
  select uuidv7(), d.organization, d.id, p.id, p.user_id,
    case when week >= 0 and k % 30 = 29 then 'cancelled' when week >= 0 and k % 30 = 28 then 'held' when week >= 0 then 'scheduled'
      when k % 20 = 19 then 'no_show' when k % 20 > 16 then 'cancelled' else 'completed' end::appointment_status,
    v.starts_at, v.starts_at + d.slot_minutes * interval '1 minute', d.buffer_minutes, 5000, 'EUR',
    '{"freeUntilHours": 24, "partialRefundPercent": 50, "partialUntilHours": 0}',
    case when week >= 0 and k % 30 = 28 then now() + interval '1 day' end, least(now(), v.starts_at) - interval '5 days', now()
  from (
    select *, (row_number() over (partition by starts_at order by doctor) + extract(epoch from starts_at)::bigint / 1800 * 7919)
      % ${patients} patient
    from visit_cast
  ) v join doctor_cast d on d.n = v.doctor join patient_cast p on p.n = v.patient
  order by v.starts_at;
`;
};

/**
 * Fills a fresh database, as the superuser, with doctors, their hours, patients and visits: most of them over,
 * the coming weeks well booked. A million visits take about a minute.
 */
export async function fillWorld(superuserUrl: string, world: World): Promise<void> {
  const client = new pg.Client(superuserUrl);
  await client.connect();
  try {
    // References hold by construction; the constraints that keep visits apart are put back and so checked.
    await client.query(
      `set session_replication_role = replica; set work_mem = '256MB'; set maintenance_work_mem = '512MB'`,
    );
    await client.query(PEOPLE(world) + HOURS);
    await client.query('analyze doctor_cast; analyze patient_cast');
    const apart = await client.query<{ name: string; definition: string }>(
      `select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint
       where conrelid = 'appointments'::regclass and contype = 'x'`,
    );
    for (const { name } of apart.rows) await client.query(`alter table appointments drop constraint ${name}`);
    await client.query(VISITS(world));
    for (const { name, definition } of apart.rows) {
      await client.query(`alter table appointments add constraint ${name} ${definition}`);
    }
    await vacuum(client);
  } finally {
    await client.end();
  }
}

/**
 * Index-only scans need to know which pages everybody sees. A transaction of a running server that began before
 * the rows were there hides them from the vacuum, so it is done until none did.
 */
async function vacuum(client: pg.Client): Promise<void> {
  for (;;) {
    await client.query('vacuum analyze');
    const { rows } = await client.query(
      `select from pg_class where oid = 'appointments'::regclass and relallvisible < relpages`,
    );
    if (rows.length === 0) return;
  }
}
