create table organizations (
  id uuid primary key,
  name text not null,
  country text not null check (country ~ '^[A-Z]{2}$'),
  time_zone text not null,
  address text,
  phone text,
  email text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create table branches (
  id uuid primary key,
  organization_id uuid not null references organizations,
  name text not null,
  created_at timestamptz not null
);
create index on branches (organization_id);
call isolate_by_organization('branches');

-- The bookable person of a practice, with or without an account.
create table staff_members (
  id uuid primary key,
  organization_id uuid not null references organizations,
  branch_id uuid not null references branches,
  user_id uuid references users,
  name text not null,
  created_at timestamptz not null
);
create index on staff_members (organization_id);
create unique index on staff_members (organization_id, user_id);
create index on staff_members (user_id);
call isolate_by_organization('staff_members');
