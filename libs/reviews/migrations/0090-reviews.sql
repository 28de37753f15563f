create table reviews (
  id uuid primary key,
  appointment_id uuid not null constraint reviews_one_per_visit unique references appointments,
  practitioner_id uuid not null references staff_members,
  patient_id uuid not null references patients,
  author_name text not null,
  rating smallint not null check (rating between 1 and 5),
  comment text not null default '',
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index on reviews (practitioner_id, created_at desc);
