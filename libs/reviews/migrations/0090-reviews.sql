create type review_status as enum ('published', 'hidden', 'withdrawn');
create type review_report_reason as enum ('offensive', 'personal_data', 'untrue', 'spam', 'other');

-- What a patient says of a visit. Public by the patient's own will, and so not encrypted.
create table reviews (
  id uuid primary key,
  appointment_id uuid not null constraint reviews_one_per_visit unique references appointments,
  practitioner_id uuid not null references staff_members,
  patient_id uuid not null references patients,
  -- The account that wrote it; null when that was erased.
  author_user_id uuid references users,
  author_name text not null,
  rating smallint not null check (rating between 1 and 5),
  comment text not null default '',
  status review_status not null default 'published',
  edited_at timestamptz,
  reply text,
  replied_at timestamptz,
  moderated_by uuid references users,
  moderated_at timestamptz,
  moderation_reason text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((reply is null) = (replied_at is null))
);
create index on reviews (practitioner_id, created_at desc, id) where status = 'published';
create index on reviews (author_user_id);
create index on reviews (moderated_at) where status = 'hidden';

-- Somebody finds that a review should not be public. Open until an administrator has looked at it.
create table review_reports (
  id uuid primary key,
  review_id uuid not null references reviews,
  reporter_id uuid not null references users,
  reason review_report_reason not null,
  -- Encrypted: it may tell what the review should not have told.
  note bytea,
  created_at timestamptz not null,
  closed_at timestamptz,
  constraint review_reports_once unique (review_id, reporter_id)
);
create index on review_reports (created_at) where closed_at is null;
