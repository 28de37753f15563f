-- An erased account is an empty place that ledger and audit trail still point at.
create type user_status as enum ('active', 'disabled', 'erased');
create type session_origin as enum ('password', 'cognito');
create type session_revocation as enum ('logout', 'refresh_reuse', 'password_change', 'admin', 'erasure');

create type identity_status as enum ('unsubmitted', 'pending_upload', 'submitted', 'approved', 'rejected', 'expired');
create type identity_document as enum ('passport', 'national_id', 'driving_licence');
create type identity_side as enum ('front', 'back', 'selfie');
create type identity_rejection as enum ('file_rejected', 'declined', 'replaced');

create table users (
  id uuid primary key,
  email citext not null unique,
  -- argon2id in PHC string format; null for an account that signs in elsewhere only.
  password_hash text,
  first_name text not null,
  last_name text not null,
  phone text,
  phone_verified_at timestamptz,
  roles text[] not null check (roles <@ array['patient', 'doctor', 'admin']),
  time_zone text not null,
  language text not null default 'en',
  status user_status not null default 'active',
  email_verified_at timestamptz,
  -- Where the newest of `identity_verifications` stands.
  identity_status identity_status not null default 'unsubmitted',
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index on users (created_at desc, id);

-- Who an account is at another issuer (Cognito).
create table identities (
  issuer text not null,
  subject text not null,
  user_id uuid not null references users,
  -- Tokens that the issuer made before this instant are refused: a logout here moves it to now.
  tokens_valid_from timestamptz,
  created_at timestamptz not null,
  primary key (issuer, subject)
);
create index on identities (user_id);

-- Attempts to show who one is, with papers.
create table identity_verifications (
  id uuid primary key,
  user_id uuid not null references users,
  status identity_status not null check (status <> 'unsubmitted'),
  document_type identity_document not null,
  country text not null check (country ~ '^[A-Z]{2}$'),
  document_expires_on date,
  rejection identity_rejection,
  rejection_reason text,
  submitted_at timestamptz,
  -- When it was approved or rejected; the bytes of its files go some days later.
  decided_at timestamptz,
  decided_by uuid references users,
  discarded_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((rejection is not null) = (status = 'rejected'))
);
create index on identity_verifications (user_id, created_at desc);
create index on identity_verifications (status, created_at);
create index identity_verifications_to_discard on identity_verifications (decided_at) where discarded_at is null;

create table identity_files (
  verification_id uuid not null references identity_verifications,
  side identity_side not null,
  file_id uuid not null unique references files,
  primary key (verification_id, side)
);

create type account_export_status as enum ('queued', 'assembling', 'ready', 'failed', 'expired');

-- Everything that is kept of a person, put together for them in one file.
create table account_exports (
  id uuid primary key,
  user_id uuid not null references users,
  status account_export_status not null,
  file_id uuid not null references files,
  -- Progress: how many parts are in the file, of how many.
  parts_done smallint not null default 0,
  parts_total smallint not null default 0,
  expires_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index on account_exports (user_id, created_at desc);

create table sessions (
  id uuid primary key,
  user_id uuid not null references users,
  origin session_origin not null,
  user_agent text,
  address text,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  revoked_because session_revocation
);
create index on sessions (user_id);

create table refresh_tokens (
  -- SHA-256 of the token: the token itself is nowhere on the server.
  token_hash bytea primary key,
  session_id uuid not null references sessions,
  created_at timestamptz not null,
  used_at timestamptz
);
create index on refresh_tokens (session_id);
