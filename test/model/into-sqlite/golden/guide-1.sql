CREATE TABLE "dictionaries" (
  "id" UUID NOT NULL DEFAULT (lower(hex(randomblob(4))) || '-' || lower(hex(randomblob(2))) || '-' || '4' || substr(lower(hex(randomblob(2))), 2) || '-' || substr('89ab', (random() & 3) + 1, 1) || substr(lower(hex(randomblob(2))), 2) || '-' || lower(hex(randomblob(6)))),
  "name" VARCHAR(255) NOT NULL,
  "description" TEXT,
  "total_records" INTEGER NOT NULL DEFAULT 0,
  "state" TEXT NOT NULL DEFAULT 'draft',
  "tags" TEXT NOT NULL DEFAULT '[]',
  "metadata" TEXT,
  "created_at" TIMESTAMP NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f000', 'now')),
  "updated_at" TIMESTAMPTZ NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f000+00:00', 'now')),
  CONSTRAINT "dictionaries_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "name_length" CHECK (length("name") <= 255),
  CONSTRAINT "state_label" CHECK ("state" IN ('draft', 'active', 'archived')),
  CONSTRAINT "tags_json" CHECK (json_valid("tags")),
  CONSTRAINT "metadata_json" CHECK (json_valid("metadata"))
);
CREATE UNIQUE INDEX "dictionaries_name_key" ON "dictionaries" ("name");
CREATE TABLE "fields" (
  "id" INTEGER CONSTRAINT "fields_pkey" PRIMARY KEY AUTOINCREMENT,
  "version" INTEGER NOT NULL,
  "path" VARCHAR(500) NOT NULL,
  "data_type" VARCHAR(50),
  "percentage" NUMERIC(5,2),
  "sample" BLOB,
  "took" TEXT,
  CONSTRAINT "path_length" CHECK (length("path") <= 500),
  CONSTRAINT "data_type_length" CHECK (length("data_type") <= 50),
  CONSTRAINT "fields_data_type_check" CHECK (("data_type" IN ('string', 'number'))),
  CONSTRAINT "fields_percentage_check" CHECK ((("percentage" >= 0) AND ("percentage" <= 100))),
  CONSTRAINT "fields_version_fkey" FOREIGN KEY ("version") REFERENCES "versions" ("id")
);
CREATE INDEX "fields_by_path" ON "fields" ("version", (lower("path")) DESC);
CREATE TABLE "versions" (
  "id" INTEGER CONSTRAINT "versions_pkey" PRIMARY KEY AUTOINCREMENT,
  "dictionary" UUID NOT NULL,
  "number" INTEGER NOT NULL,
  "schema_hash" CHARACTER(64) COLLATE RTRIM,
  "is_current" BOOLEAN NOT NULL DEFAULT 1,
  CONSTRAINT "schema_hash_length" CHECK (length("schema_hash") <= 64),
  CONSTRAINT "is_current_truth" CHECK ("is_current" IN (0, 1)),
  CONSTRAINT "versions_number_check" CHECK (("number" > 0)),
  CONSTRAINT "versions_dictionary_fkey" FOREIGN KEY ("dictionary") REFERENCES "dictionaries" ("id") ON DELETE CASCADE
);
CREATE UNIQUE INDEX "versions_dictionary_number_key" ON "versions" ("dictionary", "number");
CREATE UNIQUE INDEX "current" ON "versions" ("dictionary")
WHERE "is_current";

-- view active_dictionaries
SELECT "d"."id", "d"."name", count("v"."id")
FROM "dictionaries" AS "d" LEFT JOIN "versions" AS "v" ON ("v"."dictionary" = "d"."id")
WHERE ("d"."state" = 'active')
GROUP BY "d"."id", "d"."name"
-- warning default-in-utc dictionaries.created_at
-- warning case-of-ascii-only index fields.fields_by_path
-- note json-as-text dictionaries.metadata
-- note enum-as-text dictionaries.state
-- note array-as-json dictionaries.tags
-- note type-as-text fields.took
-- note blanks-at-the-end versions.schema_hash
