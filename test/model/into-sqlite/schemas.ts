/** Schemas of PostgreSQL that the planner's tests share. */

/** The application of guide 1, as its migrations make it. */
export const DICTIONARIES = `
  CREATE TYPE state AS ENUM ('draft', 'active', 'archived');
  CREATE TABLE dictionaries (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name varchar(255) NOT NULL UNIQUE, description text,
    total_records bigint NOT NULL DEFAULT 0, state state NOT NULL DEFAULT 'draft', tags text[] NOT NULL DEFAULT '{}',
    metadata jsonb, created_at timestamp NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now());
  CREATE TABLE versions (
    id serial PRIMARY KEY, dictionary uuid NOT NULL REFERENCES dictionaries (id) ON DELETE CASCADE,
    number integer NOT NULL CHECK (number > 0), schema_hash char(64), is_current boolean NOT NULL DEFAULT true,
    UNIQUE (dictionary, number));
  CREATE TABLE fields (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, version integer NOT NULL REFERENCES versions (id),
    path varchar(500) NOT NULL, data_type varchar(50) CHECK (data_type IN ('string', 'number')),
    percentage numeric(5,2) CHECK (percentage >= 0 AND percentage <= 100), sample bytea, took interval);
  CREATE UNIQUE INDEX current ON versions (dictionary) WHERE is_current;
  CREATE INDEX fields_by_path ON fields (version, lower(path) DESC);
  CREATE VIEW active_dictionaries AS SELECT d.id, d.name, count(v.id) AS versions
    FROM dictionaries d LEFT JOIN versions v ON v.dictionary = d.id WHERE d.state = 'active' GROUP BY d.id, d.name;
  INSERT INTO dictionaries (name) VALUES ('one');
  INSERT INTO versions (dictionary, number) SELECT id, 1 FROM dictionaries;`

export const TYPES = `
  CREATE EXTENSION citext;
  CREATE TYPE mood AS ENUM ('sad', 'it''s');
  CREATE TYPE pair AS (a int, b text);
  CREATE DOMAIN email AS text NOT NULL DEFAULT 'a@b' CHECK (VALUE LIKE '%@%');
  CREATE TABLE t (
    i2 smallint, i4 integer, i8 bigint, o oid, f4 real, f8 double precision, n numeric, n10_2 numeric(10,2),
    n15_5 numeric(15,5), n16_5 numeric(16,5), n18 numeric(18), n19 numeric(19), n_neg numeric(3,-2), m money, b boolean,
    t text, vc varchar, vc5 varchar(5), c4 char(4), nm name, ct citext, u uuid, d date, tm time, ttz timetz, ts timestamp,
    ts3 timestamp(3), tz timestamptz, iv interval, js json, jb jsonb, by bytea, ip inet, ci cidr, mac macaddr, bt bit(3),
    x xml, tsv tsvector, pt point, r int4range, mr datemultirange, mo mood, p pair, e email, ai int[], aa text[][],
    am mood[], nan float8, odd date, late timestamptz);
  INSERT INTO t (nan, odd, late) VALUES ('NaN', '0044-03-15 BC', 'infinity');`

export const OBJECTS = `
  CREATE SCHEMA app;
  CREATE SEQUENCE lonely;
  CREATE TABLE parent (a int PRIMARY KEY, b text);
  CREATE TABLE child (c int) INHERITS (parent);
  CREATE TABLE parted (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
  CREATE TABLE parted_2020 PARTITION OF parted FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
  CREATE TABLE app.parent (id int REFERENCES public.parent, n int DEFAULT nextval('lonely'), note text,
    UNIQUE NULLS NOT DISTINCT (n), EXCLUDE USING hash (note WITH =), CHECK (note ~ 'x'), CHECK (note < 'z'));
  ALTER TABLE parent ADD CONSTRAINT old CHECK (a > 5) NOT VALID;
  CREATE TABLE twice (a int, b int, UNIQUE (a, b));
  CREATE TABLE pair (a int, b int, c int, FOREIGN KEY (a, b) REFERENCES twice (a, b) MATCH FULL,
    FOREIGN KEY (a, c) REFERENCES twice (a, b) ON DELETE SET NULL (c),
    CONSTRAINT later FOREIGN KEY (b, c) REFERENCES twice (a, b) DEFERRABLE INITIALLY DEFERRED NOT VALID);
  CREATE INDEX search ON app.parent USING gin (to_tsvector('english', note));
  CREATE INDEX note_key ON app.parent (note text_pattern_ops) INCLUDE (n);
  CREATE INDEX note_key ON parent (b);
  CREATE VIEW app.seen AS SELECT a.a, b.note FROM parent a JOIN app.parent b ON b.id = a.a;
  CREATE VIEW chance AS SELECT random() AS r;
  CREATE MATERIALIZED VIEW kept AS SELECT 1 AS one;
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TRIGGER touched BEFORE INSERT ON parent FOR EACH ROW EXECUTE FUNCTION touch();
  CREATE POLICY mine ON parent USING (a > 0);
  COMMENT ON COLUMN parent.b IS 'what it is';
  INSERT INTO parted VALUES (1, '2020-05-05'), (2, '2020-06-06');`
