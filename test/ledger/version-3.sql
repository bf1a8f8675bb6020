-- The ledger as version 3 made it, in its own schema.
CREATE SCHEMA longhaul;
CREATE TABLE IF NOT EXISTS "longhaul"."run" (
  id             uuid        PRIMARY KEY,
  version        integer     NOT NULL,
  name           text        NOT NULL,
  request_hash   text        NOT NULL,
  plan_hash      text        NOT NULL,
  fingerprint    text        NOT NULL,
  source         text        NOT NULL,
  host           text        NOT NULL,
  home           text        NOT NULL,
  database       text        NOT NULL,
  target_tables  text[]      NOT NULL,
  epoch          bigint      NOT NULL DEFAULT 1,
  taken_at       timestamptz NOT NULL,
  attempt        integer     NOT NULL,
  state          text        NOT NULL,
  started_at     timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  updated_at     timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  ended_at       timestamptz,
  verdict        text,
  message        text,
  plan           json        NOT NULL
);
CREATE TABLE IF NOT EXISTS "longhaul"."step" (
  run_id      uuid        NOT NULL REFERENCES "longhaul"."run" ON DELETE CASCADE,
  name        text        NOT NULL,
  state       text        NOT NULL,
  started_at  timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  ended_at    timestamptz,
  detail      text,
  PRIMARY KEY (run_id, name)
);
CREATE TABLE IF NOT EXISTS "longhaul"."table_run" (
  run_id         uuid    NOT NULL REFERENCES "longhaul"."run" ON DELETE CASCADE,
  name           text    NOT NULL,
  expected       bigint  NOT NULL,
  chunked        boolean NOT NULL DEFAULT false,
  finished       boolean NOT NULL DEFAULT false,
  counted        bigint,
  source_digest  bytea,
  target_digest  bytea,
  verdict        text,
  error          text,
  PRIMARY KEY (run_id, name)
);
CREATE TABLE IF NOT EXISTS "longhaul"."chunk" (
  run_id         uuid        NOT NULL REFERENCES "longhaul"."run" ON DELETE CASCADE,
  table_name     text        NOT NULL,
  no             integer     NOT NULL,
  after_key      text,
  up_to_key      text,
  epoch          bigint      NOT NULL DEFAULT 0,
  owner          text,
  backend_pid    integer,
  backend_start  timestamptz,
  claimed_at     timestamptz,
  done           boolean     NOT NULL DEFAULT false,
  done_at        timestamptz,
  rows_read      bigint      NOT NULL DEFAULT 0,
  rows_written   bigint      NOT NULL DEFAULT 0,
  skipped        bigint      NOT NULL DEFAULT 0,
  quarantined    bigint      NOT NULL DEFAULT 0,
  altered        bigint      NOT NULL DEFAULT 0,
  bytes          bigint      NOT NULL DEFAULT 0,
  digest         bytea,
  PRIMARY KEY (run_id, table_name, no)
);
CREATE TABLE IF NOT EXISTS "longhaul"."object" (
  run_id         uuid        NOT NULL REFERENCES "longhaul"."run" ON DELETE CASCADE,
  no             bigint      GENERATED ALWAYS AS IDENTITY,
  kind           text        NOT NULL,
  table_name     text        NOT NULL,
  name           text        NOT NULL,
  undo           text[]      NOT NULL,
  epoch          bigint      NOT NULL DEFAULT 0,
  backend_pid    integer,
  backend_start  timestamptz,
  done           boolean     NOT NULL DEFAULT false,
  done_at        timestamptz,
  error          text,
  PRIMARY KEY (run_id, kind, table_name, name)
);
CREATE TABLE IF NOT EXISTS "longhaul"."quarantine" (
  run_id       uuid        NOT NULL REFERENCES "longhaul"."run" ON DELETE CASCADE,
  table_name   text        NOT NULL,
  chunk_no     integer     NOT NULL,
  no           bigint      NOT NULL,
  kind         text        NOT NULL,
  key          text        NOT NULL,
  column_name  text        NOT NULL,
  reason       text        NOT NULL,
  original     bytea       NOT NULL,
  replayed_at  timestamptz,
  PRIMARY KEY (run_id, table_name, chunk_no, no)
);
