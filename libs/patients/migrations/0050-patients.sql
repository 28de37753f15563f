create type sex as enum ('female', 'male', 'other', 'unknown');

-- A chart. A patient user has one personal chart (no organization); a practice has charts of its own.
create table patients (
  id uuid primary key,
  organization_id uuid references organizations,
  user_id uuid references users,
  first_name text not null,
  last_name text not null,
  date_of_birth date,
  sex sex,
  phone text,
  email text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index patients_one_personal_chart on patients (user_id) where organization_id is null;
create index on patients (user_id);
create index on patients (organization_id, last_name);
call isolate_by_organization('patients');
