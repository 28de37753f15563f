create extension if not exists btree_gist;
create extension if not exists citext;
create extension if not exists pg_trgm;
create extension if not exists unaccent;

-- The app role owns nothing: it may use what the owner makes, and each table says if it allows less.
grant usage on schema public to televisit_app;
alter default privileges in schema public grant select, insert, update, delete on tables to televisit_app;
alter default privileges in schema public grant usage, select on sequences to televisit_app;

-- Row level security. A connection sees no practice's rows until it says for whom it works:
-- `televisit.scope = platform` (marketplace surface and jobs, which carry their own access rules in each
-- statement) or `televisit.organization = <id>` (a practice's surface, set per transaction).
create function may_see_organization(organization uuid) returns boolean
  language sql stable parallel safe
  return coalesce(current_setting('televisit.scope', true) = 'platform', false)
      or coalesce(organization = nullif(current_setting('televisit.organization', true), '')::uuid, false);

create procedure isolate_by_organization(tenant_table regclass) language plpgsql as $$
begin
  execute format('alter table %s enable row level security', tenant_table);
  execute format('alter table %s force row level security', tenant_table);
  execute format(
    'create policy by_organization on %s using (may_see_organization(organization_id)) with check (may_see_organization(organization_id))',
    tenant_table);
end $$;

-- unaccent() depends on a dictionary that could be changed, so PostgreSQL does not let an index use it.
-- Ours does not change.
create function fold(text) returns text
  language sql immutable parallel safe strict
  return lower(public.unaccent('public.unaccent'::regdictionary, $1));

-- array_to_string() is only stable in general (it calls output functions); for text[] it is immutable.
create function immutable_join(text[]) returns text
  language sql immutable parallel safe strict
  return array_to_string($1, ' ');

create table idempotency_keys (
  user_id uuid not null,
  operation text not null,
  key text not null,
  body_hash bytea not null,
  status smallint,
  -- Encrypted: an answer may repeat health text.
  body bytea,
  created_at timestamptz not null default now(),
  primary key (user_id, operation, key)
);
create index on idempotency_keys (created_at);

-- Chains of hashes: each link's hash covers its content and the hash before it, so that a row that was changed,
-- removed, inserted or cut off is found (`chainBreaks`). A trail has one chain or several.
create table hash_chains (
  trail text not null,
  chain uuid not null,
  length bigint not null,
  head bytea not null,
  primary key (trail, chain)
);
revoke insert, update, delete, truncate on hash_chains from televisit_app;

create function chained_hash(previous bytea, content jsonb) returns bytea
  language sql immutable parallel safe
  return sha256(previous || convert_to(content::text, 'UTF8'));

-- The next link of a chain. Others who append to it wait until the transaction ends. For functions of the owner
-- only: the app role can neither choose a place in a chain nor touch its head.
create function append_to_chain(
  trail text, chain uuid, content jsonb, out sequence bigint, out previous_hash bytea, out hash bytea
) language plpgsql as $$
#variable_conflict use_column
begin
  insert into hash_chains values ($1, $2, 0, '\x') on conflict do nothing;
  select c.length + 1, c.head into sequence, previous_hash from hash_chains c
    where c.trail = $1 and c.chain = $2 for update;
  hash := chained_hash(previous_hash, $3);
  update hash_chains c set length = append_to_chain.sequence, head = append_to_chain.hash
    where c.trail = $1 and c.chain = $2;
end $$;
revoke execute on function append_to_chain from public;
