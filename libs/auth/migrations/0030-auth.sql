-- An erased account is an empty place that ledger and audit trail still point at.
create type user_status as enum ('active', 'disabled', 'erased');
create type session_origin as enum ('password', 'cognito');
-- `revoked`: ended by its owner from another session.
create type session_revocation as enum (
  'logout', 'refresh_reuse', 'password_change', 'second_factor', 'revoked', 'admin', 'erasure'
);
create type contact_channel as enum ('phone', 'email');

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
  -- E.164.
  phone text,
  phone_verified_at timestamptz,
  roles text[] not null check (roles <@ array['patient', 'doctor', 'admin']),
  time_zone text not null,
  language text not null default 'en',
  status user_status not null default 'active',
  -- What the administrator who disabled the account wrote; null for an active one.
  disabled_reason text,
  email_verified_at timestamptz,
  -- Since when a login needs the second factor; null where it does not.
  second_factor_since timestamptz,
  last_login_at timestamptz,
  -- What administrators search in. Stored: folding each row that the index proposes takes longer than finding it.
  search_text text not null generated always as (
    fold(first_name || ' ' || last_name || ' ' || email::text || ' ' || coalesce(phone, ''))
  ) stored,
  -- Where the newest of `identity_verifications` stands.
  identity_status identity_status not null default 'unsubmitted',
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index on users (created_at desc, id);
create index on users (last_name, first_name, id);
create index on users (last_login_at desc nulls last, id);
create index on users using gin (roles);
create index users_search on users using gin (search_text gin_trgm_ops);

-- Who an account is at another issuer (Cognito).
create table identities (
  id uuid not null unique,
  issuer text not null,
  subject text not null,
  user_id uuid not null references users,
  -- Tokens that the issuer made before this instant are refused: a logout here moves it to now.
  tokens_valid_from timestamptz,
  -- Since when its owner lets nobody in by it. It stays, or the next login with the same address would link it anew.
  unlinked_at timestamptz,
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
  -- When tokens were last issued for it.
  last_used_at timestamptz not null,
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

-- Codes that were sent to prove that a number or an address is somebody's. The code itself is nowhere: it is
-- computed from the id and a key (docs/decisions/0020-codes-that-are-not-stored.md).
create table contact_codes (
  id uuid primary key,
  user_id uuid not null references users,
  channel contact_channel not null,
  recipient text not null,
  -- How often somebody has guessed.
  attempts smallint not null default 0,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  -- Used, or replaced by a newer one.
  closed_at timestamptz
);
create unique index contact_codes_one_open on contact_codes (user_id, channel) where closed_at is null;
create index on contact_codes (user_id, channel, created_at desc);
create index on contact_codes (recipient, created_at desc);
create index on contact_codes (created_at);

-- Who forgot a password. Written for every address that is asked for, also for one that nobody has: the
-- answer takes the same time, and only the job that reads the row finds out.
create table password_resets (
  id uuid primary key,
  email citext not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  -- Null until the mail is written, and for an address that nobody has. The link's token is computed from the id.
  user_id uuid references users,
  closed_at timestamptz
);
create index on password_resets (email, created_at desc);
create index on password_resets (user_id) where user_id is not null;
create index on password_resets (created_at);

create table second_factors (
  user_id uuid primary key references users,
  -- Encrypted. It counts from users.second_factor_since on.
  secret bytea not null,
  -- The time step of the last code that was taken (RFC 6238, section 5.2: a code works once).
  last_step bigint not null default 0,
  failures smallint not null default 0,
  -- When the first of `failures` happened.
  failing_since timestamptz,
  created_at timestamptz not null
);

create table recovery_codes (
  user_id uuid not null references users,
  -- Keyed hash.
  code_hash bytea not null,
  used_at timestamptz,
  primary key (user_id, code_hash)
);

-- Logins that have shown the right password and still owe the second factor.
create table login_challenges (
  -- SHA-256 of the token.
  token_hash bytea primary key,
  user_id uuid not null references users,
  attempts smallint not null default 0,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  closed_at timestamptz
);
create index on login_challenges (user_id);
create index on login_challenges (created_at);
