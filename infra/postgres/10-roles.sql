-- Runs once, when the data volume is empty: psql, as the superuser, in the database `televisit`.
-- A missing password is a syntax error here, and the container stops instead of starting without one.
\getenv owner_password OWNER_DB_PASSWORD
\getenv app_password APP_DB_PASSWORD

-- Owns the database and migrates it. Not a superuser: the extensions that the migrations create are trusted.
create role televisit_owner login nosuperuser nocreatedb nocreaterole nobypassrls password :'owner_password';
-- What the api and the worker connect as: owns nothing, and row level security always applies to it.
create role televisit_app login nosuperuser nocreatedb nocreaterole nobypassrls password :'app_password';

alter database televisit owner to televisit_owner;
alter schema public owner to televisit_owner;
revoke all on database televisit from public;
revoke all on schema public from public;
grant connect on database televisit to televisit_app;

-- A process that dies inside a transaction must not keep a practitioner's booking lock.
alter role televisit_app set idle_in_transaction_session_timeout = '60s';
