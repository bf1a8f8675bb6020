CREATE TABLE "app_parent" (
  "id" INTEGER,
  "n" INTEGER,
  "note" TEXT,
  CONSTRAINT "parent_id_fkey" FOREIGN KEY ("id") REFERENCES "parent" ("a")
);
CREATE INDEX "note_key" ON "app_parent" ("note");
CREATE TABLE "child" (
  "a" INTEGER NOT NULL,
  "b" TEXT,
  "c" INTEGER
);
CREATE TABLE "parent" (
  "a" INTEGER CONSTRAINT "parent_pkey" PRIMARY KEY,
  "b" TEXT
);
CREATE INDEX "note_key_2" ON "parent" ("b");
CREATE TABLE "parted" (
  "id" INTEGER NOT NULL,
  "at" DATE NOT NULL,
  CONSTRAINT "parted_pkey" PRIMARY KEY ("id", "at")
);
CREATE TABLE "pair" (
  "a" INTEGER,
  "b" INTEGER,
  "c" INTEGER,
  CONSTRAINT "later" FOREIGN KEY ("b", "c") REFERENCES "twice" ("a", "b") DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT "pair_a_b_fkey" FOREIGN KEY ("a", "b") REFERENCES "twice" ("a", "b")
);
CREATE TABLE "twice" (
  "a" INTEGER,
  "b" INTEGER
);
CREATE UNIQUE INDEX "twice_a_b_key" ON "twice" ("a", "b");

-- view app_seen
SELECT "a"."a", "b"."note"
FROM "parent" AS "a" JOIN "app_parent" AS "b" ON ("b"."id" = "a"."a")
-- left out: unique app.parent.parent_n_key: SQLite calls NULLs different from each other in a unique index
-- left out: default app.parent.n: it is not translated: the function nextval()
-- left out: check app.parent.parent_note_check: it is not translated: the operator ~
-- left out: check app.parent.parent_note_check1: it is not translated: texts are put in an order that is not that of their bytes
-- left out: index app.parent.parent_note_excl: it is not translated: an exclusion constraint
-- left out: index app.parent.search: it is not translated: SQLite has no index of kind gin
-- left out: check child.old: it is not translated: it is NOT VALID, which SQLite does not know: rows may break it
-- left out: check parent.old: it is not translated: it is NOT VALID, which SQLite does not know: rows may break it
-- left out: foreign key pair.pair_a_c_fkey: where a parent goes, it sets some of its columns, and SQLite sets all
-- left out: comment parent: SQLite keeps no comments
-- left out: function touch(): SQLite has nothing that a function could become
-- left out: policy mine: SQLite has nothing that a policy could become
-- left out: trigger touched: SQLite has nothing that a trigger could become
-- left out: sequence lonely: SQLite has nothing that a sequence could become
-- left out: view chance: it is not translated: the function random()
-- left out: materialized view kept: it is not translated: SQLite keeps no rows of a query
-- incomplete default-not-translated app.parent.n
-- incomplete check-not-translated check app.parent.parent_note_check
-- incomplete check-not-translated check app.parent.parent_note_check1
-- incomplete check-not-translated check child.old
-- incomplete check-not-translated check parent.old
-- incomplete foreign-key-left-out foreign key pair.pair_a_c_fkey
-- incomplete function-left-out function touch()
-- incomplete index-not-translated index app.parent.parent_note_excl
-- incomplete index-not-translated index app.parent.search
-- incomplete materialized-view-not-translated materialized view kept
-- incomplete policy-left-out policy mine
-- incomplete sequence-left-out sequence lonely
-- incomplete trigger-left-out trigger touched
-- incomplete unique-left-out unique app.parent.parent_n_key
-- incomplete view-not-translated view chance
-- warning match-full-lost foreign key pair.pair_a_b_fkey
-- warning inheritance-lost table child
-- note comment-left-out comment parent
-- note index-without-include index app.parent.note_key
-- note name-changed table app.parent
-- note partitions-together table parted
