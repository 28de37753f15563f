create type encounter_status as enum ('draft', 'finalized', 'amended');
create type document_kind as enum ('lab_report', 'imaging', 'referral', 'discharge_letter', 'vaccination', 'consent',
  'photo', 'outside_prescription', 'other', 'prescription');
create type prescription_status as enum ('draft', 'issued', 'cancelled');

-- Everything clinical is in `content`, encrypted; the columns beside it are what rules and lists need.
create table encounters (
  id uuid primary key,
  organization_id uuid not null references organizations,
  appointment_id uuid not null constraint encounters_one_per_visit unique references appointments,
  practitioner_id uuid not null references staff_members,
  patient_id uuid not null references patients,
  status encounter_status not null,
  version integer not null default 0,
  content bytea not null,
  finalized_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index on encounters (patient_id, created_at desc);
create index on encounters (practitioner_id, created_at desc);
call isolate_by_organization('encounters');

-- Once signed, an encounter changes only together with its version, and never becomes a draft again.
create function encounters_keep_signed() returns trigger language plpgsql as $$
begin
  if old.status <> 'draft' and (new.status = 'draft' or new.version < old.version
      or (new.content is distinct from old.content and new.version <> old.version + 1)
      or (new.appointment_id, new.patient_id, new.practitioner_id, new.finalized_at) is distinct from
         (old.appointment_id, old.patient_id, old.practitioner_id, old.finalized_at)) then
    raise exception 'encounter % is signed', old.id using errcode = 'TV002';
  end if;
  return new;
end $$;
create trigger encounters_keep_signed before update on encounters
  for each row execute function encounters_keep_signed();
revoke delete on encounters from televisit_app;

-- What was signed. A version is never changed: an amendment is the next one.
create table encounter_versions (
  organization_id uuid not null references organizations,
  encounter_id uuid not null references encounters,
  version integer not null,
  content bytea not null,
  signed_by uuid not null references users,
  signed_at timestamptz not null,
  amendment_reason bytea,
  primary key (encounter_id, version)
);
call isolate_by_organization('encounter_versions');
revoke update, delete on encounter_versions from televisit_app;

-- A file in a chart; the bytes and how far they are is told by the file.
create table documents (
  id uuid primary key,
  organization_id uuid references organizations,
  patient_id uuid not null references patients,
  uploaded_by uuid not null references users,
  file_id uuid not null unique references files,
  kind document_kind not null,
  title bytea not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz
);
create index on documents (patient_id, created_at desc) where deleted_at is null;
call isolate_by_organization('documents');
revoke delete on documents from televisit_app;

create sequence prescription_numbers;

create table prescriptions (
  id uuid primary key,
  organization_id uuid not null references organizations,
  number text not null unique,
  encounter_id uuid references encounters,
  appointment_id uuid not null references appointments,
  practitioner_id uuid not null references staff_members,
  patient_id uuid not null references patients,
  status prescription_status not null,
  content bytea not null,
  verification_code text not null unique,
  document_id uuid references documents,
  issued_at timestamptz,
  cancelled_at timestamptz,
  cancellation_reason bytea,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index on prescriptions (patient_id, created_at desc);
create index on prescriptions (practitioner_id, created_at desc);
create index on prescriptions (appointment_id);
call isolate_by_organization('prescriptions');

-- An issued prescription does not change: only its cancellation and the place of its PDF may be added.
create function prescriptions_keep_issued() returns trigger language plpgsql as $$
begin
  if old.status <> 'draft' and (new.status = 'draft' or (old.status = 'cancelled' and new.status <> 'cancelled')
      or (new.content, new.number, new.appointment_id, new.encounter_id, new.patient_id, new.practitioner_id,
          new.issued_at, new.verification_code) is distinct from
         (old.content, old.number, old.appointment_id, old.encounter_id, old.patient_id, old.practitioner_id,
          old.issued_at, old.verification_code)) then
    raise exception 'prescription % is issued', old.id using errcode = 'TV001';
  end if;
  return new;
end $$;
create trigger prescriptions_keep_issued before update on prescriptions
  for each row execute function prescriptions_keep_issued();
revoke delete on prescriptions from televisit_app;

create table medical_histories (
  patient_id uuid not null references patients,
  version integer not null,
  content bytea not null,
  recorded_by uuid not null references users,
  recorded_at timestamptz not null,
  primary key (patient_id, version)
);
revoke update, delete on medical_histories from televisit_app;

create table vitals (
  id uuid primary key,
  organization_id uuid references organizations,
  patient_id uuid not null references patients,
  -- Set when they were taken in a visit: there is one set per encounter, and it is changed there.
  encounter_id uuid unique references encounters,
  measurements bytea not null,
  recorded_by uuid not null references users,
  recorded_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index on vitals (patient_id, recorded_at desc);
call isolate_by_organization('vitals');

create type break_glass_verdict as enum ('justified', 'not_justified');

-- A doctor who does not treat the patient opens their chart in an emergency: for reading, for an hour.
create table break_glass_grants (
  id uuid primary key,
  organization_id uuid references organizations,
  patient_id uuid not null references patients,
  doctor_id uuid not null references doctors,
  user_id uuid not null references users,
  -- Why, in the doctor's own words: health text, and encrypted.
  reason bytea not null,
  granted_at timestamptz not null,
  expires_at timestamptz not null,
  verdict break_glass_verdict,
  review_note bytea,
  reviewed_by uuid references users,
  reviewed_at timestamptz
);
create index on break_glass_grants (user_id, expires_at desc);
create index on break_glass_grants (patient_id, granted_at desc);
create index on break_glass_grants (granted_at desc);
call isolate_by_organization('break_glass_grants');
-- What a doctor once claimed stays as it is; an administrator's verdict is all that is added.
revoke update, delete on break_glass_grants from televisit_app;
grant update (verdict, review_note, reviewed_by, reviewed_at) on break_glass_grants to televisit_app;

-- A chart at a glance as a PDF: made once for each state of the chart.
create table summary_pdfs (
  id uuid primary key,
  organization_id uuid references organizations,
  patient_id uuid not null references patients,
  -- SHA-256 over the ids and versions of what it shows; never over health text.
  state bytea not null,
  file_id uuid not null unique references files,
  created_at timestamptz not null,
  unique (patient_id, state)
);
create index on summary_pdfs (patient_id, created_at desc);
call isolate_by_organization('summary_pdfs');
