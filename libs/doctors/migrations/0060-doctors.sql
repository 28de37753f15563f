create type gender as enum ('female', 'male', 'other');
create type kyc_status as enum ('unsubmitted', 'submitted', 'approved', 'rejected', 'expired', 'revoked', 'suspended');
create type licence_status as enum
  ('awaiting_documents', 'submitted', 'approved', 'rejected', 'withdrawn', 'replaced', 'expired', 'revoked');
create type licence_document_kind as enum ('licence', 'identity', 'degree', 'insurance');

-- Text as words: folded, with a space for every sign between them, so that "O'Brien" and "MD/PhD" are found
-- by their parts.
create function searchable(text) returns text
  language sql immutable parallel safe strict
  return regexp_replace(public.fold($1), '[[:punct:][:space:]]+', ' ', 'g');

-- The query for texts with a word that starts like this one, among the words of these weights ('' for all).
-- Null, which matches nothing, for a text without any word.
create function words_starting(word text, weights text) returns tsquery
  language sql immutable parallel safe strict
  return (nullif(plainto_tsquery('simple', public.searchable(word))::text, '') || ':*' || weights)::tsquery;

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
  -- What calling off a visit costs, within the platform's bounds; null for the platform's own.
  cancellation_policy jsonb check (
    (cancellation_policy ->> 'freeUntilHours')::int between 0 and 72
    and (cancellation_policy ->> 'partialRefundPercent')::int between 25 and 100
    and (cancellation_policy ->> 'partialUntilHours')::int
      between 0 and least(24, (cancellation_policy ->> 'freeUntilHours')::int)
  ),
  time_zone text not null,
  slot_minutes smallint not null default 30 check (slot_minutes between 5 and 240),
  buffer_minutes smallint not null default 0 check (buffer_minutes between 0 and 120),
  minimum_notice_minutes integer not null default 60 check (minimum_notice_minutes >= 0),
  booking_horizon_days smallint not null default 60 check (booking_horizon_days between 1 and 365),
  -- How many visits a day takes, by the calendar of `time_zone`; null for as many as fit.
  daily_limit smallint check (daily_limit between 1 and 200),
  accepting_patients boolean not null default true,
  -- What the licences below come to, and the one in force: the last that was approved.
  kyc_status kyc_status not null default 'unsubmitted',
  license_number text,
  license_country text check (license_country ~ '^[A-Z]{2}$'),
  license_expires_on date,
  rating_total integer not null default 0,
  rating_count integer not null default 0,
  -- As it is shown, so that nobody who shows 4.5 is missing among those with at least 4.5.
  rating double precision generated always as (round(rating_total::numeric / nullif(rating_count, 0), 1)) stored,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- Every word, by where it stands: name, specialties, qualifications, the rest.
  search_words tsvector not null generated always as (
    setweight(to_tsvector('simple', searchable(name)), 'A')
    || setweight(to_tsvector('simple', searchable(immutable_join(specialties))), 'B')
    || setweight(to_tsvector('simple', searchable(immutable_join(qualifications))), 'C')
    || setweight(to_tsvector('simple', searchable(bio)), 'D')
  ) stored,
  -- Where typing errors are forgiven.
  search_text text not null generated always as (fold(name || ' ' || immutable_join(specialties))) stored
);
-- Profiles are read far more often than written: no list of pending entries that each search would have to read.
create index doctors_search_words on doctors using gin (search_words) with (fastupdate = off);
create index doctors_search_text on doctors using gin (search_text gin_trgm_ops) with (fastupdate = off);
create index on doctors using gin (specialties) with (fastupdate = off);
create index on doctors using gin (languages) with (fastupdate = off);
create index on doctors (organization_id);

-- A licence as a doctor sent it in. What it says never changes: another licence, or the same one renewed, is
-- another row.
create table licences (
  id uuid primary key,
  doctor_id uuid not null references doctors,
  number text not null,
  country text not null check (country ~ '^[A-Z]{2}$'),
  -- The last day on which it is valid.
  expires_on date not null,
  status licence_status not null,
  submitted_at timestamptz,
  -- The last warning that its end is near: how many days ahead it was due.
  warned_days smallint,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index licences_one_of_each on licences (doctor_id, status)
  where status in ('awaiting_documents', 'submitted', 'approved');
create index on licences (doctor_id, created_at desc);
create index on licences (status, submitted_at);
create index licences_ending on licences (expires_on) where status = 'approved';

create table licence_documents (
  file_id uuid primary key references files,
  licence_id uuid not null references licences,
  kind licence_document_kind not null
);
create index on licence_documents (licence_id);

-- Append-only: who decided what of a licence, when and why.
create table licence_decisions (
  id uuid primary key,
  licence_id uuid not null references licences,
  status licence_status not null check (status in ('approved', 'rejected', 'expired', 'revoked')),
  reason text,
  -- Null for what time decides.
  decided_by uuid references users,
  decided_at timestamptz not null
);
create index on licence_decisions (licence_id, decided_at);
revoke update, delete on licence_decisions from televisit_app;
