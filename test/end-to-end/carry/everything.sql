-- A database with every kind of object that a role without superuser may make, and some names that nobody expects.
CREATE SCHEMA app;
COMMENT ON SCHEMA app IS 'it''s the -- Name: not_a_header; Type: TABLE; Schema: app; Owner: nobody';
CREATE SCHEMA "odd ""schema""";
CREATE EXTENSION pg_trgm WITH SCHEMA app;
CREATE TYPE app.mood AS ENUM ('sad', 'it''s ok', 'happy');
CREATE TYPE app.point3 AS (x integer, y integer, mood app.mood);
CREATE TYPE app.span AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE DOMAIN app.email AS text COLLATE "C" DEFAULT 'nobody@example.org' NOT NULL CONSTRAINT has_at CHECK (VALUE LIKE '%@%');
CREATE COLLATION app.byte_order FROM "C";
CREATE FUNCTION app.twice(n integer) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS $$
--
-- TOC entry 215 (class 1259 OID 16391)
-- Name: orders; Type: TABLE; Schema: app; Owner: -
--
SELECT n * 2 $$;
CREATE PROCEDURE app.nothing() LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;
CREATE AGGREGATE app.product(integer) (sfunc = int4mul, stype = integer, initcond = '1');
CREATE OPERATOR app.@+@ (leftarg = integer, rightarg = integer, procedure = int4pl);
CREATE CAST (app.point3 AS text) WITH INOUT;
CREATE TEXT SEARCH DICTIONARY app.plain (template = simple);
CREATE TEXT SEARCH CONFIGURATION app.words (copy = english);

CREATE TABLE app.customers (
  id integer GENERATED ALWAYS AS IDENTITY (START WITH 5 INCREMENT BY 5) PRIMARY KEY,
  name text COLLATE app.byte_order NOT NULL,
  mail app.email,
  mood app.mood DEFAULT 'happy',
  moods app.mood[],
  place app.point3,
  width app.span,
  bits bit varying(12),
  during tstzrange,
  tags text[] DEFAULT '{}',
  price numeric(10, 2) CHECK (price >= 0),
  doubled numeric GENERATED ALWAYS AS (price * 2) STORED,
  made timestamptz DEFAULT now(),
  place_of regclass,
  CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&)
);
CREATE UNIQUE INDEX customers_name ON app.customers (lower(name)) INCLUDE (mood) WHERE mood <> 'sad';
CREATE INDEX customers_trgm ON app.customers USING gin (name app.gin_trgm_ops);
COMMENT ON TABLE app.customers IS 'who buys; "quoted"';
COMMENT ON COLUMN app.customers.mood IS 'as of today';
CREATE STATISTICS app.customers_stat (dependencies) ON name, mood FROM app.customers;
ALTER TABLE app.customers ALTER COLUMN name SET STATISTICS 500, ALTER COLUMN tags SET STORAGE EXTERNAL;
ALTER TABLE app.customers REPLICA IDENTITY FULL;

CREATE SEQUENCE app.order_number START 1000 INCREMENT 10;
CREATE TABLE app.orders (
  id bigserial,
  number bigint DEFAULT nextval('app.order_number') NOT NULL,
  customer integer REFERENCES app.customers (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  twice integer DEFAULT 0 CHECK (app.twice(twice) < 1000000),
  placed date NOT NULL,
  PRIMARY KEY (id, placed, twice)
) PARTITION BY RANGE (placed);
CREATE TABLE app.orders_2024 PARTITION OF app.orders FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE app.orders_2025 PARTITION OF app.orders FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (twice);
CREATE TABLE app.orders_2025_2 PARTITION OF app.orders_2025 FOR VALUES IN (2, 4);
CREATE TABLE app.orders_2025_rest PARTITION OF app.orders_2025 DEFAULT;
CREATE INDEX orders_number ON app.orders (number);
CREATE INDEX orders_2024_twice ON app.orders_2024 (twice);

CREATE TABLE "odd ""schema"""."Select * FROM; --" ("a ""b""" integer PRIMARY KEY, "drop
table" text, "ü" bytea DEFAULT '\x00ff');
COMMENT ON COLUMN "odd ""schema"""."Select * FROM; --"."drop
table" IS 'a line
break; and $$';
CREATE TABLE app.parent (id integer, note text);
CREATE TABLE app.child (extra integer DEFAULT 7 NOT NULL) INHERITS (app.parent);
CREATE TABLE app.loop_a (id integer PRIMARY KEY, b integer);
CREATE TABLE app.loop_b (id integer PRIMARY KEY, a integer REFERENCES app.loop_a (id));
ALTER TABLE app.loop_a ADD FOREIGN KEY (b) REFERENCES app.loop_b (id);
CREATE TABLE app.nothing_in_it ();
CREATE UNLOGGED TABLE app.scratch (id integer, CONSTRAINT later CHECK (id > 0) NOT VALID) WITH (fillfactor = 70, autovacuum_enabled = false);
CREATE TABLE public.log (at timestamptz, what text, doc jsonb, x xml, amount money);

CREATE VIEW app.sad_customers AS SELECT id, name FROM app.customers WHERE mood = 'sad' WITH LOCAL CHECK OPTION;
CREATE VIEW app.by_key AS SELECT c.id, c.name, count(*) AS n FROM app.customers c JOIN app.orders o ON o.customer = c.id GROUP BY c.id;
CREATE MATERIALIZED VIEW app.counts AS SELECT customer, count(*) AS orders FROM app.orders GROUP BY customer;
CREATE UNIQUE INDEX counts_customer ON app.counts (customer);
CREATE MATERIALIZED VIEW app.of_counts AS SELECT sum(orders) AS orders FROM app.counts;
CREATE MATERIALIZED VIEW app.never AS SELECT 1 AS one WITH NO DATA;
CREATE FUNCTION app.of_row(c app.customers) RETURNS text LANGUAGE sql STABLE AS 'SELECT c.name';
CREATE FUNCTION app.noted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO public.log (at, what) VALUES (now(), TG_TABLE_NAME); RETURN NULL; END $$;
CREATE TRIGGER noted AFTER INSERT OR UPDATE ON app.customers FOR EACH ROW EXECUTE FUNCTION app.noted();
CREATE TRIGGER noted AFTER INSERT ON app.orders FOR EACH ROW EXECUTE FUNCTION app.noted();
ALTER TABLE app.customers DISABLE TRIGGER noted;
CREATE RULE no_delete AS ON DELETE TO app.parent DO INSTEAD NOTHING;
ALTER TABLE app.customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON app.customers FOR SELECT USING (name = current_user);

INSERT INTO app.customers (name, mail, mood, moods, place, width, bits, during, tags, price, made, place_of)
  SELECT 'name ' || i, 'a' || i || '@b', (ARRAY['sad', 'it''s ok', 'happy'])[1 + i % 3]::app.mood, ARRAY['sad', NULL]::app.mood[],
         ROW(i, NULL, 'happy')::app.point3, app.span(i, i + 0.1), B'101', tstzrange('2024-01-01'::timestamptz + i * interval '1 day', '2024-01-01'::timestamptz + i * interval '1 day' + interval '1 hour'),
         ARRAY['x', E'tab\t\\', NULL], i / 7.0, CASE WHEN i % 5 = 0 THEN 'infinity' ELSE '2024-02-29 12:00:00.123456+01'::timestamptz END, 'app.parent'
    FROM generate_series(1, 300) AS i;
INSERT INTO app.orders (customer, twice, placed) SELECT 5 * i, i % 9, '2024-06-01'::date + i * 2 FROM generate_series(1, 250) AS i;
INSERT INTO app.orders_2024 (id, number, placed) VALUES (100000, 1, '2024-02-29');
INSERT INTO "odd ""schema"""."Select * FROM; --" VALUES (1, E'\\.', '\x00'), (2, NULL, NULL), (3, '', '');
INSERT INTO app.parent VALUES (1, 'of the parent'), (1, 'of the parent'), (NULL, NULL);
INSERT INTO app.child VALUES (2, 'of the child', 3);
BEGIN; INSERT INTO app.loop_b VALUES (1, NULL); INSERT INTO app.loop_a VALUES (1, 1); UPDATE app.loop_b SET a = 1; COMMIT;
INSERT INTO app.nothing_in_it DEFAULT VALUES;
INSERT INTO app.nothing_in_it DEFAULT VALUES;
INSERT INTO app.scratch VALUES (1);
INSERT INTO public.log VALUES ('-infinity', repeat('long ', 40000), '{"a": [1, 1.50, "\u00e9"]}', '<a>&lt;</a>', '-12.34');
SELECT nextval('app.order_number');
REFRESH MATERIALIZED VIEW app.counts;
REFRESH MATERIALIZED VIEW app.of_counts;
