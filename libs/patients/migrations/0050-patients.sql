create type sex as enum ('female', 'male', 'other', 'unknown');

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
