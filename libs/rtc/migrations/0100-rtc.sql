create type room_status as enum ('waiting', 'active', 'ended');
create type room_role as enum ('doctor', 'patient');

create table rooms (
  id uuid primary key,
  organization_id uuid not null references organizations,
  appointment_id uuid not null constraint rooms_one_per_visit unique references appointments,
  practitioner_id uuid not null references staff_members,
  patient_id uuid not null references patients,
  status room_status not null,
  started_at timestamptz,
  ended_at timestamptz,
  end_reason text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index on rooms (practitioner_id, created_at desc);
create index on rooms (patient_id, created_at desc);
call isolate_by_organization('rooms');

create table room_join_tokens (
  id uuid primary key,
  token_hash bytea not null unique,
  room_id uuid not null references rooms,
  user_id uuid not null references users,
  role room_role not null,
  -- The login in which it was asked for; null for a token of another issuer. It ends with it.
  session_id uuid references sessions,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index on room_join_tokens (room_id, created_at desc);
create index on room_join_tokens (session_id) where session_id is not null;

create table room_participants (
  room_id uuid not null references rooms,
  user_id uuid not null references users,
  role room_role not null,
  first_joined_at timestamptz not null,
  last_left_at timestamptz,
  -- The newest call-quality report of this participant: counters and timings, no content.
  quality jsonb,
  quality_at timestamptz,
  primary key (room_id, user_id)
);
