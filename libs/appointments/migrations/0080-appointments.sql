create type appointment_status as enum ('held', 'scheduled', 'arrived', 'in_progress', 'completed', 'cancelled', 'no_show', 'expired');
create type cancelled_by as enum ('patient', 'doctor', 'admin', 'system');
create type absent_party as enum ('patient', 'doctor', 'both');
create type free_cancellation as enum ('by_policy', 'until_start', 'never');

-- `timestamptz + interval` depends on the session's zone for days and months; for minutes it does not.
create function minutes_after(timestamptz, integer) returns timestamptz
  language sql immutable parallel safe strict
  return $1 + make_interval(mins => $2);

create table appointments (
  id uuid primary key,
  organization_id uuid not null references organizations,
  practitioner_id uuid not null references staff_members,
  patient_id uuid not null references patients,
  booked_by uuid not null references users,
  status appointment_status not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  -- What the practitioner keeps free after the visit, as it was when the visit was booked.
  buffer_minutes smallint not null default 0 check (buffer_minutes between 0 and 120),
  -- The patient's time and the practitioner's.
  during tstzrange not null generated always as (tstzrange(starts_at, ends_at)) stored,
  occupied tstzrange not null generated always as (tstzrange(starts_at, minutes_after(ends_at, buffer_minutes))) stored,
  fee_amount bigint not null check (fee_amount >= 0),
  fee_currency text not null,
  -- What cancelling costs, as it was promised when the visit was booked.
  cancellation_policy jsonb not null,
  -- What moving the visit has done to the free part of that promise.
  free_cancellation free_cancellation not null default 'by_policy',
  -- How often the patient has moved it.
  patient_moves integer not null default 0,
  -- Encrypted: why the patient comes, the doctor's private notes, and why the visit was called off.
  reason bytea,
  notes bytea,
  cancellation_reason bytea,
  hold_expires_at timestamptz,
  -- The visit that this one continues.
  follow_up_of uuid references appointments,
  -- What the doctor recommends after this visit; the reason is encrypted.
  follow_up_within_days integer check (follow_up_within_days > 0),
  follow_up_reason bytea,
  -- When each side first entered the room for the present time of the visit.
  patient_arrived_at timestamptz,
  doctor_arrived_at timestamptz,
  -- Rises with each change that calendars must hear of (RFC 5545 SEQUENCE).
  sequence integer not null default 0,
  version integer not null default 1,
  started_at timestamptz,
  ended_at timestamptz,
  cancelled_at timestamptz,
  cancelled_by cancelled_by,
  -- Who did not come, of a no-show.
  absent absent_party,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check (starts_at < ends_at),
  -- The backstop of the booking lock: no two live visits of one practitioner, or of one patient, overlap.
  constraint appointments_practitioner_overlap exclude using gist (practitioner_id with =, occupied with &&)
    where (status in ('held', 'scheduled', 'arrived', 'in_progress')),
  constraint appointments_patient_overlap exclude using gist (patient_id with =, during with &&)
    where (status in ('held', 'scheduled', 'arrived', 'in_progress'))
);
create index on appointments (practitioner_id, starts_at);
-- A calendar is read from this index alone: row level security asks for the organization.
create index appointments_live on appointments (practitioner_id, starts_at)
  include (ends_at, buffer_minutes, hold_expires_at, organization_id)
  where status in ('held', 'scheduled', 'arrived', 'in_progress');
create index on appointments (patient_id, starts_at);
create index on appointments (hold_expires_at) where status = 'held';
create index on appointments (booked_by) where status = 'held';
create index on appointments (organization_id, starts_at);
create index on appointments (follow_up_of) where follow_up_of is not null;
call isolate_by_organization('appointments');

create type waitlist_status as enum ('waiting', 'offered', 'booked', 'withdrawn', 'ended');

-- A patient who waits until a doctor has time again.
create table waitlist_entries (
  id uuid primary key,
  organization_id uuid not null references organizations,
  practitioner_id uuid not null references staff_members,
  patient_id uuid not null references patients,
  requested_by uuid not null references users,
  status waitlist_status not null,
  -- The days, both included, and the times of day that suit, on a wall clock in the zone.
  from_date date not null,
  to_date date not null,
  earliest_time time,
  latest_time time,
  time_zone text not null,
  -- Encrypted: why the patient comes.
  reason bytea,
  -- The slot that is kept for the patient at the moment.
  offered_appointment_id uuid references appointments,
  -- How many offers the patient has let pass without a word.
  lapses integer not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check (from_date <= to_date),
  check (earliest_time < latest_time),
  check ((status = 'offered') = (offered_appointment_id is not null))
);
create unique index waitlist_entries_one_open on waitlist_entries (practitioner_id, patient_id)
  where status in ('waiting', 'offered');
create index on waitlist_entries (practitioner_id, created_at) where status = 'waiting';
create index on waitlist_entries (patient_id, created_at desc);
create index on waitlist_entries (offered_appointment_id) where offered_appointment_id is not null;
call isolate_by_organization('waitlist_entries');

-- Everything that was ever offered to whom: nobody is offered the same slot twice.
create table waitlist_offers (
  entry_id uuid not null references waitlist_entries,
  appointment_id uuid not null unique references appointments,
  starts_at timestamptz not null,
  created_at timestamptz not null,
  primary key (entry_id, starts_at)
);

-- Whose calendar or profile changed, and in which transaction. What a process keeps of it is good until then
-- (decision 35). Rows are added and never changed, so that nobody waits here for anybody.
create table calendar_changes (
  changed_in xid8 not null default pg_current_xact_id(),
  practitioner_id uuid not null,
  -- What the doctor says of themselves, by which they are found.
  of_profile boolean not null default false,
  changed_at timestamptz not null default now()
);
create index on calendar_changes (changed_in);
create index on calendar_changes (changed_at);

create function note_calendar_change() returns trigger language plpgsql as $$
begin
  insert into calendar_changes (practitioner_id)
    select distinct practitioner_id from (values (new.practitioner_id), (old.practitioner_id)) changed (practitioner_id)
    where practitioner_id is not null;
  return null;
end $$;

create function note_profile_change() returns trigger language plpgsql as $$
begin
  insert into calendar_changes (practitioner_id, of_profile) values (coalesce(new.id, old.id), true);
  return null;
end $$;

create trigger note_calendar_change
  after insert or delete or update of practitioner_id, status, starts_at, ends_at, buffer_minutes, hold_expires_at
  on appointments for each row execute function note_calendar_change();
create trigger note_calendar_change
  after insert or delete or update on availability_rules for each row execute function note_calendar_change();
create trigger note_profile_change
  after insert or delete or update on doctors for each row execute function note_profile_change();
