create type payment_status as enum ('created', 'requires_action', 'processing', 'succeeded', 'partially_refunded', 'refunded', 'failed', 'cancelled', 'disputed');
create type refund_status as enum ('pending', 'succeeded', 'failed');
create type refund_cause as enum ('requested', 'appointment_cancelled', 'doctor_absent', 'slot_lost', 'paid_twice', 'made_at_provider');
create type dispute_status as enum ('inquiry', 'needs_response', 'under_review', 'won', 'lost', 'closed');
create type ledger_account_kind as enum ('provider_clearing', 'doctor_pending', 'doctor_available', 'doctor_receivable', 'platform_revenue', 'payout_clearing', 'provider_fees', 'subscription_revenue');

-- What the platform keeps: of those in force, the one that was set last. Nothing of one changes but its end.
create table commission_rules (
  id uuid primary key,
  -- Null for every doctor who has none of their own.
  practitioner_id uuid references staff_members,
  currency text not null,
  basis_points integer not null check (basis_points between 0 and 10000),
  minimum_amount bigint not null check (minimum_amount >= 0),
  valid_from timestamptz not null,
  valid_to timestamptz check (valid_to >= valid_from),
  reason text not null,
  created_by uuid not null references users,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index on commission_rules (currency, practitioner_id);
revoke delete, truncate on commission_rules from televisit_app;

create table payments (
  id uuid primary key,
  organization_id uuid not null references organizations,
  appointment_id uuid not null references appointments,
  practitioner_id uuid not null references staff_members,
  patient_id uuid not null references patients,
  payer_user_id uuid not null references users,
  provider text not null,
  provider_reference text,
  amount bigint not null check (amount > 0),
  currency text not null,
  refunded_amount bigint not null default 0 check (refunded_amount between 0 and amount),
  -- What the provider has taken for disputes and not given back: it can be more than the amount, or less.
  disputed_amount bigint not null default 0,
  commission_amount bigint not null check (commission_amount between 0 and amount),
  -- What the commission follows from; null for the percentage of the settings.
  commission_rule_id uuid references commission_rules,
  status payment_status not null,
  -- Its money came when another payment was the visit's already: it is given back.
  is_surplus boolean not null default false,
  failure_code text,
  succeeded_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (provider, provider_reference)
);
-- A visit has one payment that may still succeed or has succeeded. A declined one (`failed`) may: the patient
-- tries another card on the same intent.
create unique index payments_one_per_visit on payments (appointment_id)
  where status <> 'cancelled' and not is_surplus;
create index on payments (payer_user_id, created_at desc);
create index on payments (practitioner_id, created_at desc);
call isolate_by_organization('payments');

create table refunds (
  id uuid primary key,
  organization_id uuid not null references organizations,
  payment_id uuid not null references payments,
  provider_reference text unique,
  amount bigint not null check (amount > 0),
  currency text not null,
  status refund_status not null,
  cause refund_cause not null,
  reason text not null,
  requested_by uuid references users,
  failure_code text,
  -- The failed one that this one tries again.
  retry_of uuid references refunds,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index on refunds (payment_id);
create index on refunds (created_at desc);
create unique index refunds_one_retry on refunds (retry_of) where status <> 'failed';
-- What happens by itself happens once.
create unique index refunds_one_automatic_per_payment on refunds (payment_id)
  where cause in ('appointment_cancelled', 'doctor_absent', 'slot_lost', 'paid_twice') and status <> 'failed';
call isolate_by_organization('refunds');

-- The patient's bank asks for the money back.
create table disputes (
  id uuid primary key,
  organization_id uuid not null references organizations,
  payment_id uuid not null references payments,
  provider text not null,
  provider_reference text not null,
  amount bigint not null check (amount >= 0),
  currency text not null,
  status dispute_status not null,
  -- The provider's code for what the bank says.
  reason text not null,
  answer_by timestamptz,
  -- What the provider has taken and not given back, and its own fee for the dispute.
  withdrawn_amount bigint not null default 0,
  fee_amount bigint not null default 0,
  fee_currency text not null,
  -- When the provider said that it stands so.
  as_of timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (provider, provider_reference)
);
create index on disputes (payment_id);
create index on disputes (created_at desc);
call isolate_by_organization('disputes');

-- What the provider took for a dispute or gave back, once each.
create table dispute_movements (
  id uuid primary key,
  organization_id uuid not null references organizations,
  dispute_id uuid not null references disputes,
  provider_reference text not null,
  -- Negative when it was taken.
  amount bigint not null,
  created_at timestamptz not null,
  unique (dispute_id, provider_reference)
);
call isolate_by_organization('dispute_movements');

-- The inbox: what providers told us, once each, as they said it.
create table webhook_events (
  id uuid primary key,
  provider text not null,
  event_id text not null,
  type text not null,
  -- The provider's id of the payment that it is about, when it is about one.
  payment_reference text,
  -- Null when it has been kept long enough.
  payload bytea,
  received_at timestamptz not null,
  processed_at timestamptz,
  outcome text,
  -- Since it came or was replayed: how often it went wrong, and how the last time.
  failures integer not null default 0,
  last_error text,
  unique (provider, event_id)
);
create index on webhook_events (received_at desc);
create index on webhook_events (received_at) where processed_at is null;
create index on webhook_events (processed_at) where payload is not null;
create index on webhook_events (provider, payment_reference);

-- A comparison of what a provider says with what we know of the last days.
create table reconciliations (
  id uuid primary key,
  provider text not null,
  since timestamptz not null,
  -- Null when the clock asked for it.
  requested_by uuid references users,
  started_at timestamptz not null,
  finished_at timestamptz,
  -- Why it did not come to its end.
  failure_code text,
  checked integer not null default 0,
  repaired integer not null default 0,
  unresolved integer not null default 0
);
create index on reconciliations (started_at desc);

create type reconciliation_subject as enum ('payment', 'refund', 'dispute');

-- What was not as the provider says.
create table reconciliation_findings (
  id uuid primary key,
  reconciliation_id uuid not null references reconciliations on delete cascade,
  subject reconciliation_subject not null,
  provider_reference text not null,
  payment_id uuid references payments,
  is_repaired boolean not null,
  -- What is still not the same, as a code.
  problem text,
  details text
);
create index on reconciliation_findings (reconciliation_id);

create table ledger_accounts (
  id uuid primary key,
  kind ledger_account_kind not null,
  provider text,
  practitioner_id uuid references staff_members,
  currency text not null,
  created_at timestamptz not null default now(),
  unique nulls not distinct (kind, provider, practitioner_id, currency)
);

create table ledger_transactions (
  id uuid primary key,
  -- The order of booking. Of one payment or payout it is also the order of what happened.
  sequence bigint generated always as identity unique,
  -- What happened, and to what: the same fact is never booked twice.
  kind text not null,
  reference uuid not null,
  -- The payment that it is about, when it is about one.
  payment_id uuid references payments,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  unique (kind, reference)
);
create index on ledger_transactions (payment_id);
create index on ledger_transactions (occurred_at);

-- Signed minor units: debits are positive, credits are negative.
create table ledger_postings (
  id uuid primary key,
  transaction_id uuid not null references ledger_transactions,
  account_id uuid not null references ledger_accounts,
  amount bigint not null check (amount <> 0),
  currency text not null
);
create index on ledger_postings (account_id);
create index on ledger_postings (transaction_id);

create function ledger_sums_to_zero() returns trigger language plpgsql as $$
begin
  if exists (
    select 1 from ledger_postings where transaction_id = new.transaction_id group by currency having sum(amount) <> 0
  ) then
    raise exception 'ledger transaction % does not sum to zero', new.transaction_id using errcode = 'TV002';
  end if;
  return null;
end $$;
create constraint trigger ledger_sums_to_zero after insert on ledger_postings
  deferrable initially deferred for each row execute function ledger_sums_to_zero();

revoke update, delete, truncate on ledger_accounts, ledger_transactions, ledger_postings from televisit_app;

-- Transactions are chained by hash a batch at a time, in the order in which they are found: whoever books does not
-- wait for anybody who books something else. Until then they stand here.
create table ledger_unsealed (
  transaction_id uuid primary key references ledger_transactions
);
create table ledger_seals (
  chain uuid not null,
  sequence bigint not null,
  transaction_id uuid not null unique references ledger_transactions,
  previous_hash bytea not null,
  hash bytea not null,
  primary key (chain, sequence)
);
revoke insert, update, delete, truncate on ledger_unsealed, ledger_seals from televisit_app;

create function ledger_await_seal() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into ledger_unsealed values (new.id);
  return null;
end $$;
create trigger ledger_await_seal after insert on ledger_transactions
  for each row execute function ledger_await_seal();

-- A transaction with all that it has booked, and where.
create function ledger_content(booked ledger_transactions) returns jsonb
  language sql stable
  return jsonb_build_array(
    booked.id, booked.sequence, booked.kind, booked.reference, booked.payment_id,
    extract(epoch from booked.occurred_at), extract(epoch from booked.recorded_at),
    (select jsonb_agg(
        jsonb_build_array(p.id, p.amount, p.currency, a.id, a.kind, a.provider, a.practitioner_id, a.currency)
        order by p.id)
      from ledger_postings p join ledger_accounts a on a.id = p.account_id
      where p.transaction_id = booked.id));

-- Chains the oldest of what waits, `most` of it at once; says how many there were.
create function ledger_seal(most integer) returns integer
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  ledger constant uuid := '00000000-0000-0000-0000-000000000000';
  booked ledger_transactions;
  sealed integer := 0;
begin
  for booked in
    select t.* from ledger_unsealed u join ledger_transactions t on t.id = u.transaction_id
    order by t.sequence limit most for update of u skip locked
  loop
    insert into ledger_seals (chain, sequence, transaction_id, previous_hash, hash)
      select ledger, link.sequence, booked.id, link.previous_hash, link.hash
      from append_to_chain('ledger', ledger, ledger_content(booked)) link;
    delete from ledger_unsealed where transaction_id = booked.id;
    sealed := sealed + 1;
  end loop;
  return sealed;
end $$;

-- Where a doctor is paid out to: their account at the provider.
create table payout_accounts (
  practitioner_id uuid not null references staff_members,
  organization_id uuid not null references organizations,
  provider text not null,
  provider_reference text not null,
  -- The provider's id of what the doctor has told, where that has one.
  details_reference text,
  details_submitted boolean not null,
  is_ready boolean not null,
  disabled_reason text,
  -- What the provider still has to know, as it names it.
  requirements text[] not null,
  -- The end of the number that was sent on to the provider; null where it asked for it itself.
  bank_account_last4 text,
  -- When the provider said so: an older word does not undo a newer one.
  as_of timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (practitioner_id, provider),
  unique (provider, provider_reference)
);
call isolate_by_organization('payout_accounts');

create type payout_status as enum ('draft', 'approved', 'processing', 'paid', 'failed', 'cancelled');
-- Earnings: whole lines of the doctor's accounts, each paid once. Advance: a part of what is there, which the
-- next payout of earnings takes off again.
create type payout_kind as enum ('earnings', 'advance');

create table payouts (
  id uuid primary key,
  organization_id uuid not null references organizations,
  practitioner_id uuid not null references staff_members,
  kind payout_kind not null,
  provider text not null,
  provider_reference text,
  amount bigint not null check (amount > 0),
  currency text not null,
  -- What of its lines is not paid, since the provider transfers in steps: the next payout pays it.
  carried_amount bigint not null default 0 check (carried_amount >= 0),
  -- What the provider took back after it was paid.
  returned_amount bigint not null default 0 check (returned_amount between 0 and amount),
  period_from timestamptz,
  period_to timestamptz check (period_to > period_from),
  status payout_status not null,
  -- Each approval is a new attempt: a reservation in the ledger, and an idempotency key at the provider.
  attempt_id uuid,
  failure_code text,
  note text,
  -- The PDF, from when somebody first asked for it.
  statement_file_id uuid references files,
  created_by uuid not null references users,
  approved_by uuid references users,
  approved_at timestamptz,
  paid_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check (approved_by <> created_by),
  unique (provider, provider_reference)
);
create index on payouts (practitioner_id, created_at desc);
create index on payouts (created_at desc);
call isolate_by_organization('payouts');

-- Papers that an accountant keeps, numbered without gaps by kind and year.
create type invoice_kind as enum ('receipt', 'credit_note', 'credit_note_reversal', 'commission_invoice');

create table invoice_series (
  kind invoice_kind not null,
  year integer not null,
  last_number integer not null,
  primary key (kind, year)
);
revoke delete, truncate on invoice_series from televisit_app;

create table invoices (
  id uuid primary key,
  organization_id uuid not null references organizations,
  kind invoice_kind not null,
  year integer not null,
  number integer not null check (number > 0),
  -- The payment, the refund or the payout that it is about: there is one of each kind.
  reference uuid not null,
  payment_id uuid references payments,
  payout_id uuid references payouts,
  practitioner_id uuid not null references staff_members,
  -- Null for what is between the platform and the doctor.
  payer_user_id uuid references users,
  -- The paper that this one corrects.
  corrects_id uuid references invoices,
  -- Signed: what goes back is negative. Tax is a part of the amount.
  amount bigint not null,
  tax_amount bigint not null,
  tax_basis_points integer not null,
  currency text not null,
  language text not null,
  file_id uuid not null references files,
  issued_at timestamptz not null,
  unique (kind, reference),
  unique (kind, year, number),
  check ((payment_id is null) <> (payout_id is null))
);
create index on invoices (payment_id);
create index on invoices (payer_user_id, issued_at desc);
create index on invoices (practitioner_id, issued_at desc);
create index on invoices (issued_at desc);
revoke update, delete, truncate on invoices from televisit_app;
call isolate_by_organization('invoices');

-- The postings that a payout pays or settles.
create table payout_items (
  payout_id uuid not null references payouts,
  posting_id uuid not null references ledger_postings,
  -- False when the payout was cancelled: the posting is free for another one.
  is_live boolean not null default true,
  primary key (payout_id, posting_id)
);
-- Nothing is paid twice, whoever asks at the same time.
create unique index payout_items_once on payout_items (posting_id) where is_live;

create type subscription_plan as enum ('basic', 'pro');
create type subscription_status as enum ('trialing', 'incomplete', 'active', 'past_due', 'suspended', 'cancelled', 'expired');

-- Whom the provider charges for a practice. Their card and their address, only the provider knows.
create table subscription_customers (
  organization_id uuid not null references organizations,
  provider text not null,
  provider_reference text not null,
  -- Who opened it, and is told of what goes wrong.
  user_id uuid not null references users,
  created_at timestamptz not null,
  primary key (organization_id, provider),
  unique (provider, provider_reference)
);
call isolate_by_organization('subscription_customers');

create table subscriptions (
  id uuid primary key,
  organization_id uuid not null references organizations,
  user_id uuid not null references users,
  plan subscription_plan not null,
  status subscription_status not null,
  -- Null for a trial: it is given, and nobody is charged.
  provider text,
  provider_reference text,
  -- What a month costs; null for a trial.
  amount bigint check (amount >= 0),
  currency text,
  trial_ends_at timestamptz,
  -- The end of what was last charged for.
  period_ends_at timestamptz,
  -- When it ends because somebody has cancelled it.
  cancels_at timestamptz,
  ended_at timestamptz,
  trial_warned_at timestamptz,
  -- When the provider was asked for what stands here: an older answer does not undo a newer one.
  as_of timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (provider, provider_reference),
  check ((provider is null) = (provider_reference is null)),
  check ((amount is null) = (currency is null)),
  check (provider is not null or trial_ends_at is not null)
);
-- A trial is given once.
create unique index subscriptions_one_trial on subscriptions (organization_id) where provider is null;
create index on subscriptions (organization_id);
create index on subscriptions (user_id);
create index on subscriptions (created_at desc);
call isolate_by_organization('subscriptions');

create type subscription_checkout_status as enum ('open', 'completed', 'expired');

-- A page of the provider on which a practice subscribes.
create table subscription_checkouts (
  id uuid primary key,
  organization_id uuid not null references organizations,
  plan subscription_plan not null,
  amount bigint not null check (amount > 0),
  currency text not null,
  success_url text not null,
  cancel_url text not null,
  provider text not null,
  provider_reference text unique,
  status subscription_checkout_status not null,
  created_by uuid not null references users,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
-- Of two who ask at the same time both get the same page: it can be paid once.
create unique index subscription_checkouts_one_open on subscription_checkouts (organization_id) where status = 'open';
call isolate_by_organization('subscription_checkouts');

-- Money that came for a subscription.
create table subscription_payments (
  id uuid primary key,
  organization_id uuid not null references organizations,
  subscription_id uuid not null references subscriptions,
  provider text not null,
  -- The provider's ids of the payment and of its own invoice.
  provider_reference text not null,
  invoice_reference text not null,
  amount bigint not null check (amount > 0),
  currency text not null,
  -- Whether what the provider kept of it is known, and booked.
  is_fee_booked boolean not null default false,
  paid_at timestamptz not null,
  created_at timestamptz not null,
  unique (provider, provider_reference)
);
create index on subscription_payments (subscription_id);
create index on subscription_payments (subscription_id) where not is_fee_booked;
call isolate_by_organization('subscription_payments');

-- Made in the provider's dashboard.
create table subscription_refunds (
  id uuid primary key,
  organization_id uuid not null references organizations,
  subscription_payment_id uuid not null references subscription_payments,
  provider_reference text not null,
  amount bigint not null check (amount > 0),
  currency text not null,
  status refund_status not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (subscription_payment_id, provider_reference)
);
call isolate_by_organization('subscription_refunds');
