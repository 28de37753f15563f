create type delivery_channel as enum ('email', 'sms', 'push');
create type delivery_status as enum ('queued', 'retrying', 'sent', 'failed');
create type bulk_state as enum ('queued', 'sending', 'completed', 'cancelled');
create type bulk_recipient_status as enum ('queued', 'sent', 'failed', 'cancelled');
create type reminder_status as enum ('scheduled', 'sent', 'cancelled');

-- One message of an administrator to many people.
create table notification_bulks (
  id uuid primary key,
  author_user_id uuid not null references users,
  title text not null,
  body text not null,
  channels text[] not null check (channels <@ array['email', 'sms', 'push']),
  -- { userIds } or { filter }: who it was meant for, as it was asked for.
  audience jsonb not null,
  state bulk_state not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

-- The people of a bulk, written down once when it begins, so that a restart goes on where it was.
create table notification_bulk_recipients (
  bulk_id uuid not null references notification_bulks,
  user_id uuid not null references users,
  status bulk_recipient_status not null,
  primary key (bulk_id, user_id)
);
create index on notification_bulk_recipients (bulk_id, user_id) where status = 'queued';

-- The newest position that each person's notifications have reached. Its row lock puts them in the order in
-- which they are committed, so that nobody who reads on from a position misses one.
create table notification_positions (
  user_id uuid primary key references users,
  position bigint not null
);

create table notifications (
  id uuid primary key,
  user_id uuid not null references users,
  position bigint not null,
  bulk_id uuid references notification_bulks,
  type text not null,
  title text not null,
  body text not null,
  -- Ids and links only, never health data.
  data jsonb not null default '{}',
  -- The fact that caused it: the same fact notifies a person once.
  cause text not null,
  read_at timestamptz,
  -- A removed notification stays, or a repeated event would bring it back.
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (user_id, type, cause),
  unique (user_id, position)
);
create index on notifications (bulk_id) where bulk_id is not null;
create index on notifications (created_at);
create index on notifications (user_id, created_at desc) where deleted_at is null;
create index notifications_unread on notifications (user_id, created_at desc) where read_at is null and deleted_at is null;

-- A notification on its way out of the house, with everything that is sent, as it was when it was written.
create table notification_deliveries (
  id uuid primary key,
  notification_id uuid not null references notifications,
  channel delivery_channel not null,
  -- An address, a number, or the id of a push subscription.
  recipient text not null,
  subject text not null,
  body text not null,
  link text,
  -- { method, content }: an iCalendar document (RFC 5546).
  invitation jsonb,
  status delivery_status not null,
  -- Not before then: the end of the reader's quiet hours, or the next attempt.
  due_at timestamptz not null,
  attempts integer not null default 0,
  sent_at timestamptz,
  failure text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (notification_id, channel, recipient)
);
create index on notification_deliveries (created_at desc, id);
create index on notification_deliveries (status, created_at desc) where status <> 'sent';

-- What a person chose that differs from the usual, by group and channel; and when they want quiet.
create table notification_preferences (
  user_id uuid primary key references users,
  choices jsonb not null default '{}',
  -- Wall-clock times in the person's own zone; the end may lie on the next day.
  quiet_from time,
  quiet_until time,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((quiet_from is null) = (quiet_until is null) and quiet_from <> quiet_until)
);

-- A browser that shows notifications (RFC 8030). The endpoint belongs to one browser profile.
create table push_subscriptions (
  id uuid primary key,
  user_id uuid not null references users,
  endpoint text not null unique,
  p256dh text not null,
  auth text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index on push_subscriptions (user_id, created_at);

-- Lets a client that cannot send a header open the stream, once.
create table notification_stream_tickets (
  -- SHA-256 of the ticket: the ticket itself is nowhere on the server.
  ticket_hash bytea primary key,
  user_id uuid not null references users,
  session_id uuid references sessions,
  issued_at timestamptz not null,
  expires_at timestamptz not null
);
create index on notification_stream_tickets (expires_at);

-- The private address under which a person's own calendar program reads their visits.
create table calendar_feeds (
  user_id uuid primary key references users,
  -- SHA-256 of the token in the address: the token itself is nowhere on the server.
  token_hash bytea not null unique,
  -- Of what was last read, and since when that is what there is to read.
  content_hash bytea,
  changed_at timestamptz not null,
  last_read_at timestamptz,
  created_at timestamptz not null
);

create table reminders (
  id uuid primary key,
  appointment_id uuid not null references appointments,
  user_id uuid not null references users,
  minutes_before integer not null,
  due_at timestamptz not null,
  status reminder_status not null,
  sent_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (appointment_id, user_id, minutes_before)
);
