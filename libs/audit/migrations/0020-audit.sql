create type audit_outcome as enum ('allowed', 'denied');

create table audit_chains (
  chain uuid primary key,
  length bigint not null,
  head bytea not null
);

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

create function audit_row_hash(row_to_hash audit_log) returns bytea
  language sql stable
  return sha256(row_to_hash.previous_hash || convert_to(jsonb_build_array(
    row_to_hash.id, row_to_hash.chain, row_to_hash.sequence,
    extract(epoch from row_to_hash.at), row_to_hash.actor_user_id, row_to_hash.actor_roles,
    row_to_hash.action, row_to_hash.resource, row_to_hash.resource_id, row_to_hash.patient_id,
    row_to_hash.outcome, row_to_hash.reason, row_to_hash.address, row_to_hash.request_id)::text, 'UTF8'));

-- Runs as the owner: the app role can add a row, but it can neither choose its place in the chain nor touch the head.
create function audit_log_append() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  previous audit_chains;
begin
  insert into audit_chains values (new.chain, 0, '\x') on conflict do nothing;
  select * into previous from audit_chains where chain = new.chain for update;
  new.sequence := previous.length + 1;
  new.previous_hash := previous.head;
  new.hash := audit_row_hash(new);
  update audit_chains set length = new.sequence, head = new.hash where chain = new.chain;
  return new;
end $$;

create trigger audit_log_append before insert on audit_log for each row execute function audit_log_append();

revoke update, delete, truncate on audit_log from televisit_app;
revoke insert, update, delete, truncate on audit_chains from televisit_app;
