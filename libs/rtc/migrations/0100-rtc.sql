create type room_status as enum ('waiting', 'active', 'ended');
create type room_role as enum ('doctor', 'patient', 'guest');
create type guest_kind as enum ('interpreter', 'carer', 'second_doctor');

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
  -- When a doctor who is late has said that the visit will begin.
  announced_start_at timestamptz,
  -- Since when the patient of an active room is kept waiting again.
  patient_returned_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index on rooms (practitioner_id, created_at desc);
create index on rooms (patient_id, created_at desc);
call isolate_by_organization('rooms');

-- Who was invited to a visit by a link and joins without an account. The id is the participant's.
create table room_guests (
  id uuid primary key,
  room_id uuid not null references rooms,
  kind guest_kind not null,
  display_name text not null,
  invited_by uuid not null references users,
  link_hash bytea not null unique,
  link_expires_at timestamptz not null,
  -- The guest's own key to this one visit, which they got for the link.
  key_hash bytea unique,
  redeemed_at timestamptz,
  admitted_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null,
  check ((key_hash is null) = (redeemed_at is null))
);
create index on room_guests (room_id, created_at);

create table room_join_tokens (
  id uuid primary key,
  token_hash bytea not null unique,
  room_id uuid not null references rooms,
  user_id uuid references users,
  guest_id uuid references room_guests,
  role room_role not null,
  -- The login in which it was asked for; null for a token of another issuer. It ends with it.
  session_id uuid references sessions,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  check (num_nonnulls(user_id, guest_id) = 1)
);
create index on room_join_tokens (room_id, created_at desc);
create index on room_join_tokens (session_id) where session_id is not null;

-- Who was in the room from when until when; a connection that was lost and came back is one presence.
create table room_presences (
  id uuid primary key,
  room_id uuid not null references rooms,
  participant_id uuid not null,
  user_id uuid references users,
  guest_id uuid references room_guests,
  role room_role not null,
  joined_at timestamptz not null,
  left_at timestamptz,
  left_reason text,
  check (num_nonnulls(user_id, guest_id) = 1)
);
create unique index room_presences_one_open on room_presences (room_id, participant_id) where left_at is null;
create index on room_presences (room_id, joined_at);
create index on room_presences (user_id);

-- What the participants' browsers measured of the call: counters and timings, no content.
create table room_quality_reports (
  room_id uuid not null references rooms,
  participant_id uuid not null,
  -- The other side, where the reporter named one.
  about_id uuid,
  at timestamptz not null,
  report jsonb not null
);
create index on room_quality_reports (room_id, at);

-- What a person's devices and connection could do before the visit.
create table room_pre_call_tests (
  id uuid primary key,
  room_id uuid not null references rooms,
  user_id uuid references users,
  guest_id uuid references room_guests,
  role room_role not null,
  verdict text not null,
  findings jsonb not null,
  created_at timestamptz not null,
  check (num_nonnulls(user_id, guest_id) = 1)
);
create index on room_pre_call_tests (room_id, created_at desc);
