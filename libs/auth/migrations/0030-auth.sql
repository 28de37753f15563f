create type user_status as enum ('active', 'disabled');
create type session_origin as enum ('password', 'cognito');
create type session_revocation as enum ('logout', 'refresh_reuse', 'password_change', 'admin');

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
