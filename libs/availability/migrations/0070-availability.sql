create type availability_kind as enum ('weekly', 'off', 'extra');

-- When a practitioner works: weekly rules in wall-clock time, and dates that differ from them.
create table availability_rules (
  id uuid primary key,
  organization_id uuid not null references organizations,
  practitioner_id uuid not null references staff_members,
  kind availability_kind not null,
  -- ISO 8601: Monday is 1.
  weekday smallint check (weekday between 1 and 7),
  date date,
  start_time time,
  end_time time,
  breaks jsonb not null default '[]',
  time_zone text not null,
  valid_from date,
  valid_until date,
  slot_minutes smallint not null check (slot_minutes between 5 and 240),
  buffer_minutes smallint not null default 0 check (buffer_minutes between 0 and 120),
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check (start_time < end_time),
  check ((kind = 'weekly') = (weekday is not null)),
  check ((kind = 'weekly') = (date is null)),
  check (kind = 'off' or (start_time is not null and end_time is not null)),
  check ((start_time is null) = (end_time is null))
);
create index on availability_rules (practitioner_id);
call isolate_by_organization('availability_rules');
