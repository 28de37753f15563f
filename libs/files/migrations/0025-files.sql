create type file_status as enum ('pending_upload', 'quarantined', 'available', 'rejected');
create type file_purpose as enum ('chart', 'identity', 'licence', 'export', 'statement', 'accounting');
create type file_rejection as enum ('never_uploaded', 'size_differs', 'type_differs', 'empty');

-- Bytes with a life. Whose they are beyond the account that brought them, and what they are called, is told
-- by the record that names the file.
create table files (
  id uuid primary key,
  -- Null for a file of an account that was erased.
  owner_id uuid,
  purpose file_purpose not null,
  content_type text not null,
  -- As announced, and from the check on as counted.
  size_bytes bigint,
  sha256 bytea,
  status file_status not null,
  rejection file_rejection,
  -- The bytes were taken away; that they were there stays.
  discarded_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((status = 'rejected') = (rejection is not null)),
  check (status <> 'available' or sha256 is not null)
);
create index on files (owner_id, created_at desc);
create index files_pending on files (created_at) where status = 'pending_upload';
