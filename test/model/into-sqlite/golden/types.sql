CREATE TABLE "t" (
  "i2" INTEGER,
  "i4" INTEGER,
  "i8" INTEGER,
  "o" INTEGER,
  "f4" REAL,
  "f8" REAL,
  "n" TEXT,
  "n10_2" NUMERIC(10,2),
  "n15_5" NUMERIC(15,5),
  "n16_5" TEXT,
  "n18" NUMERIC(18,0),
  "n19" TEXT,
  "n_neg" NUMERIC(5,0),
  "m" TEXT,
  "b" BOOLEAN,
  "t" TEXT,
  "vc" VARCHAR,
  "vc5" VARCHAR(5),
  "c4" CHARACTER(4) COLLATE RTRIM,
  "nm" TEXT,
  "ct" TEXT COLLATE NOCASE,
  "u" UUID,
  "d" DATE,
  "tm" TIME,
  "ttz" TEXT,
  "ts" TIMESTAMP,
  "ts3" TIMESTAMP(3),
  "tz" TIMESTAMPTZ,
  "iv" TEXT,
  "js" TEXT,
  "jb" TEXT,
  "by" BLOB,
  "ip" INET,
  "ci" INET,
  "mac" TEXT,
  "bt" TEXT,
  "x" TEXT,
  "tsv" TEXT,
  "pt" TEXT,
  "r" TEXT,
  "mr" TEXT,
  "mo" TEXT,
  "p" TEXT,
  "e" TEXT NOT NULL DEFAULT 'a@b',
  "ai" TEXT,
  "aa" TEXT,
  "am" TEXT,
  "nan" REAL,
  "odd" TEXT,
  "late" TEXT,
  CONSTRAINT "b_truth" CHECK ("b" IN (0, 1)),
  CONSTRAINT "vc5_length" CHECK (length("vc5") <= 5),
  CONSTRAINT "c4_length" CHECK (length("c4") <= 4),
  CONSTRAINT "js_json" CHECK (json_valid("js")),
  CONSTRAINT "jb_json" CHECK (json_valid("jb")),
  CONSTRAINT "mo_label" CHECK ("mo" IN ('sad', 'it''s')),
  CONSTRAINT "ai_json" CHECK (json_valid("ai")),
  CONSTRAINT "aa_json" CHECK (json_valid("aa")),
  CONSTRAINT "am_json" CHECK (json_valid("am")),
  CONSTRAINT "e_email_check" CHECK (("e" GLOB '*@*'))
);

-- left out: composite type pair: SQLite has nothing that a composite type could become
-- left out: extension citext: SQLite has nothing that an extension could become
-- consent nan-to-null t.nan
-- warning case-of-ascii-only t.ct
-- warning moments-as-text t.late
-- warning currency-lost t.m
-- warning numeric-as-text t.n
-- warning numeric-as-text t.n16_5
-- warning numeric-as-text t.n19
-- warning moments-as-text t.odd
-- note composite-type-left-out composite type pair
-- note extension-left-out extension citext
-- note array-as-json t.aa
-- note array-as-json t.ai
-- note array-as-json t.am
-- note type-as-text t.bt
-- note blanks-at-the-end t.c4
-- note type-as-text t.iv
-- note json-as-text t.jb
-- note json-as-text t.js
-- note type-as-text t.mac
-- note enum-as-text t.mo
-- note type-as-text t.mr
-- note type-as-text t.p
-- note type-as-text t.pt
-- note type-as-text t.r
-- note type-as-text t.tsv
-- note type-as-text t.ttz
-- note type-as-text t.x
-- o: t."o"::pg_catalog.int8
-- m: t."m"::pg_catalog.numeric
-- ttz: t."ttz"::pg_catalog.text
-- iv: t."iv"::pg_catalog.text
-- mac: t."mac"::pg_catalog.text
-- bt: t."bt"::pg_catalog.text
-- x: t."x"::pg_catalog.text
-- tsv: t."tsv"::pg_catalog.text
-- pt: t."pt"::pg_catalog.text
-- r: t."r"::pg_catalog.text
-- mr: t."mr"::pg_catalog.text
-- p: t."p"::pg_catalog.text
-- ai: pg_catalog.to_json(t."ai")
-- aa: pg_catalog.to_json(t."aa")
-- am: pg_catalog.to_json(t."am")
-- nan: NULLIF(t."nan", 'NaN')
-- odd: t."odd"::pg_catalog.text
-- late: t."late"::pg_catalog.text
