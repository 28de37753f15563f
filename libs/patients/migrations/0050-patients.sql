create type sex as enum ('female', 'male', 'other', 'unknown');

create type handover_status as enum ('offered', 'accepted', 'declined', 'withdrawn', 'expired');
create type guardianship as enum ('child', 'parent', 'grandparent', 'grandchild', 'sibling', 'spouse', 'ward', 'other');

-- A chart. A patient user has one personal chart (no organization), and charts of the people in their care;
-- a practice has charts of its own.
create table patients (
  id uuid primary key,
  organization_id uuid references organizations,
  -- Whose chart it is, where that person has an account.
  user_id uuid references users,
  -- Who looks after a person without an account, and what that person is to them.
  guardian_user_id uuid references users,
  relationship guardianship,
  -- The account that acts for the chart: every rule on who books, pays, joins, reads and is told asks this.
  account_user_id uuid generated always as (coalesce(user_id, guardian_user_id)) stored,
  first_name text not null,
  last_name text not null,
  date_of_birth date,
  sex sex,
  phone text,
  email text,
  -- Kept for its records; nothing new is booked for it.
  archived_at timestamptz,
  -- Until when the law asks that the records be kept, for a chart that nobody acts for any more.
  retained_until date,
  -- When the guardian was last reminded that the person has come of age.
  of_age_reminded_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check (guardian_user_id is null or (user_id is null and organization_id is null)),
  check ((guardian_user_id is null) = (relationship is null))
);
create index on patients (account_user_id);
create unique index patients_one_personal_chart on patients (user_id) where organization_id is null;
create index on patients (organization_id, last_name);
create index on patients (lower(email)) where organization_id is null;
call isolate_by_organization('patients');

-- That a guardian wants a chart to get an account of its own: whose account, its address says.
create table chart_handovers (
  id uuid primary key,
  patient_id uuid not null references patients on delete cascade,
  guardian_user_id uuid not null references users,
  -- Of the account that may take it, once it has proved the address.
  email citext not null,
  status handover_status not null,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index chart_handovers_one_offer on chart_handovers (patient_id) where status = 'offered';
create index on chart_handovers (email) where status = 'offered';
create index on chart_handovers (guardian_user_id, created_at);
