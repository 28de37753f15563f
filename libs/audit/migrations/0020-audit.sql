create type audit_outcome as enum ('allowed', 'denied');

create table audit_log (
  id uuid primary key,
  -- The organization whose record was touched; the nil UUID for the platform itself.
  chain uuid not null,
  sequence bigint not null,
  at timestamptz not null,
  actor_user_id uuid,
  actor_roles text[] not null,
  action text not null,
  resource text not null,
  resource_id text,
  patient_id uuid,
  outcome audit_outcome not null,
  reason text,
  address text,
  request_id text not null,
  previous_hash bytea not null,
  hash bytea not null,
  unique (chain, sequence)
);
create index on audit_log (at desc, id);
create index on audit_log (patient_id, at desc) where patient_id is not null;
create index on audit_log (actor_user_id, at desc);
create index on audit_log (resource, resource_id);

create function audit_row_content(entry audit_log) returns jsonb
  language sql stable
  return jsonb_build_array(
    entry.id, entry.chain, extract(epoch from entry.at), entry.actor_user_id, entry.actor_roles,
    entry.action, entry.resource, entry.resource_id, entry.patient_id,
    entry.outcome, entry.reason, entry.address, entry.request_id);

-- Runs as the owner: the app role can add a row, but it can neither choose its place in the chain nor touch the head.
create function audit_log_append() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  select link.sequence, link.previous_hash, link.hash into new.sequence, new.previous_hash, new.hash
    from append_to_chain('audit', new.chain, audit_row_content(new)) link;
  return new;
end $$;

create trigger audit_log_append before insert on audit_log for each row execute function audit_log_append();

revoke update, delete, truncate on audit_log from televisit_app;
