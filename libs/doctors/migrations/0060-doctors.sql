create type gender as enum ('female', 'male', 'other');
create type kyc_status as enum ('unsubmitted', 'submitted', 'approved', 'rejected', 'expired');

-- The public marketplace profile of a staff member, under the staff member's id.
create table doctors (
  id uuid primary key references staff_members,
  organization_id uuid not null references organizations,
  user_id uuid not null unique references users,
  name text not null,
  gender gender,
  bio text not null default '',
  qualifications text[] not null default '{}',
  specialties text[] not null,
  languages text[] not null,
  years_of_experience smallint check (years_of_experience between 0 and 80),
  fee_amount bigint not null check (fee_amount >= 0),
  fee_currency text not null,
  time_zone text not null,
  slot_minutes smallint not null default 30 check (slot_minutes between 5 and 240),
  buffer_minutes smallint not null default 0 check (buffer_minutes between 0 and 120),
  minimum_notice_minutes integer not null default 60 check (minimum_notice_minutes >= 0),
  booking_horizon_days smallint not null default 60 check (booking_horizon_days between 1 and 365),
  -- How many visits a day takes, by the calendar of `time_zone`; null for as many as fit.
  daily_limit smallint check (daily_limit between 1 and 200),
  accepting_patients boolean not null default true,
  kyc_status kyc_status not null default 'unsubmitted',
  license_number text,
  license_country text check (license_country ~ '^[A-Z]{2}$'),
  license_expires_on date,
  kyc_documents jsonb not null default '[]',
  kyc_submitted_at timestamptz,
  kyc_reviewed_at timestamptz,
  kyc_reviewed_by uuid references users,
  kyc_rejection_reason text,
  rating_total integer not null default 0,
  rating_count integer not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  search_text text not null generated always as (
    fold(name || ' ' || bio || ' ' || immutable_join(specialties) || ' ' || immutable_join(languages))
  ) stored
);
create index on doctors using gin (search_text gin_trgm_ops);
create index on doctors using gin (specialties);
create index on doctors using gin (languages);
create index on doctors (organization_id);
create index doctors_listed on doctors (created_at desc, id) where kyc_status = 'approved' and accepting_patients;
