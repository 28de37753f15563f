create type delivery_channel as enum ('email');
create type delivery_status as enum ('queued', 'sent', 'failed');
create type reminder_status as enum ('scheduled', 'sent', 'cancelled');

create table notifications (
  id uuid primary key,
  user_id uuid not null references users,
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
  unique (user_id, type, cause)
);
create index on notifications (user_id, created_at desc) where deleted_at is null;
create index notifications_unread on notifications (user_id, created_at desc) where read_at is null and deleted_at is null;

-- A notification on its way out of the house, with everything that is sent, as it was when it was written.
create table notification_deliveries (
  id uuid primary key,
  notification_id uuid not null references notifications,
  channel delivery_channel not null,
  recipient text not null,
  subject text not null,
  body text not null,
  -- { method, content }: an iCalendar document (RFC 5546).
  invitation jsonb,
  status delivery_status not null,
  sent_at timestamptz,
  failure text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (notification_id, channel)
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
