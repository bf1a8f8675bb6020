/** Pieces of schemas that many people have: what they do in SQLite they do in PostgreSQL. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { showType } from '../../model/type-text.ts'
import { type Engines, startEngines } from './translate/both-engines.ts'
import { planOf, said } from './world.ts'

let engines: Engines
before(async () => {
  engines = await startEngines()
})
after(() => engines?.stop())

const GEOPACKAGE = `
  CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
    description TEXT DEFAULT '', last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')));
  CREATE TABLE gpkg_tile_matrix (table_name TEXT NOT NULL, zoom_level INTEGER NOT NULL, pixel_x_size DOUBLE NOT NULL,
    CONSTRAINT pk_ttm PRIMARY KEY (table_name, zoom_level),
    CONSTRAINT fk_tmm_table_name FOREIGN KEY (table_name) REFERENCES gpkg_contents (table_name));
  CREATE TRIGGER 'gpkg_tile_matrix_zoom_level_insert'BEFORE INSERT ON 'gpkg_tile_matrix'FOR EACH ROW BEGIN
    SELECT RAISE(ABORT, 'insert on table ''gpkg_tile_matrix'' violates constraint: zoom_level cannot be less than 0')
      WHERE (NEW.zoom_level < 0);END;
  CREATE TRIGGER 'gpkg_tile_matrix_pixel_x_size_update' BEFORE UPDATE OF pixel_x_size ON 'gpkg_tile_matrix'
    FOR EACH ROW BEGIN SELECT RAISE(ABORT, 'pixel_x_size must be greater than 0') WHERE NOT (NEW.pixel_x_size > 0); END;
  CREATE TABLE gpkg_ogr_contents (table_name TEXT NOT NULL PRIMARY KEY, feature_count INTEGER DEFAULT NULL);
  CREATE TRIGGER "trigger_insert_feature_count_roads" AFTER INSERT ON "gpkg_tile_matrix" BEGIN
    UPDATE gpkg_ogr_contents SET feature_count = feature_count + 1 WHERE lower(table_name) = lower('Roads'); END;
  CREATE VIEW geometry_columns AS SELECT table_name AS f_table_name,
    (CASE data_type WHEN 'features' THEN 0 WHEN 'tiles' THEN 1 END) AS type FROM gpkg_contents;
  INSERT INTO gpkg_contents (table_name, data_type, last_change) VALUES ('roads', 'tiles', '2024-01-01T00:00:00.000Z');
  INSERT INTO gpkg_ogr_contents VALUES ('roads', 0);`

test('GeoPackage: guards of its own tables, and the count of features', async () => {
  const both = await engines.move(GEOPACKAGE)
  assert.deepEqual(said(both.plan), [])
  await both.run("INSERT INTO gpkg_tile_matrix VALUES ('roads', 0, 0.5), ('roads', 1, 0.25)")
  await both.run("INSERT INTO gpkg_tile_matrix VALUES ('roads', -1, 0.5)", /zoom_level cannot be less than 0/)
  await both.run('UPDATE gpkg_tile_matrix SET pixel_x_size = 0', /must be greater than 0/)
  await both.same('SELECT * FROM gpkg_ogr_contents')
  await both.same('SELECT * FROM geometry_columns')
  both.close()
})

test('a time that is UTC by default is one in an empty table as well', () => {
  const plan = planOf(`
    CREATE TABLE a (at DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')));
    CREATE TABLE b (at DATETIME DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')));
    CREATE TABLE c (at DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')));
    INSERT INTO c VALUES ('2024-01-01 00:00:00')`)
  const types = plan.what.tables.map(({ name, columns }) => [name, showType(columns[0]!.type)])
  assert.deepEqual(types.toSorted(), [
    ['a', 'timestamptz'],
    ['b', 'timestamp'],
    ['c', 'timestamp'],
  ])
})

const PLACES = `
  CREATE TABLE moz_places (id INTEGER PRIMARY KEY, url LONGVARCHAR, visit_count INTEGER DEFAULT 0,
    last_visit_date INTEGER, foreign_count INTEGER DEFAULT 0 NOT NULL, recalc_frecency INTEGER NOT NULL DEFAULT 0);
  CREATE TABLE moz_historyvisits (id INTEGER PRIMARY KEY, place_id INTEGER, visit_date INTEGER, visit_type INTEGER);
  CREATE TABLE moz_bookmarks (id INTEGER PRIMARY KEY, fk INTEGER DEFAULT NULL,
    syncChangeCounter INTEGER NOT NULL DEFAULT 1);
  CREATE TABLE moz_meta (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
  CREATE TRIGGER moz_bookmarks_afterupdate AFTER UPDATE OF fk, syncChangeCounter ON moz_bookmarks FOR EACH ROW
    WHEN NEW.fk <> OLD.fk OR NEW.syncChangeCounter <> OLD.syncChangeCounter BEGIN
      UPDATE moz_places SET foreign_count = foreign_count + 1 WHERE id = NEW.fk;
      UPDATE moz_places SET foreign_count = max(foreign_count - 1, 0) WHERE id = OLD.fk; END;
  CREATE TRIGGER moz_historyvisits_afterinsert AFTER INSERT ON moz_historyvisits FOR EACH ROW BEGIN
    UPDATE moz_places SET visit_count = visit_count + (SELECT NEW.visit_type NOT IN (0, 4, 7, 8, 9)),
      recalc_frecency = 1, last_visit_date = MAX(IFNULL(last_visit_date, 0), NEW.visit_date)
      WHERE id = NEW.place_id; END;
  CREATE TRIGGER moz_historyvisits_afterdelete AFTER DELETE ON moz_historyvisits FOR EACH ROW BEGIN
    UPDATE moz_places SET visit_count = visit_count - (SELECT OLD.visit_type NOT IN (0, 4, 7, 8, 9)),
      last_visit_date = (SELECT visit_date FROM moz_historyvisits WHERE place_id = OLD.place_id
        ORDER BY visit_date DESC LIMIT 1) WHERE id = OLD.place_id; END;
  CREATE VIEW recent AS SELECT p.id, datetime(v.visit_date / 1000000, 'unixepoch') AS at
    FROM moz_places p JOIN moz_historyvisits v ON v.place_id = p.id ORDER BY v.visit_date DESC;
  INSERT INTO moz_places (id, url) VALUES (1, 'one'), (2, 'two');
  INSERT INTO moz_bookmarks VALUES (1, 1, 1);
  INSERT INTO moz_meta VALUES ('count', 100), ('words', 'x');`

test('Firefox: what visits and bookmarks count', async () => {
  const both = await engines.move(PLACES)
  assert.deepEqual(both.reasons, {})
  await both.run(
    'INSERT INTO moz_historyvisits VALUES (1, 1, 1700000000000000, 1), (2, 1, 1700000001000000, 4)',
  )
  await both.run('INSERT INTO moz_historyvisits VALUES (3, 2, 1600000001000000, 2)')
  await both.run('DELETE FROM moz_historyvisits WHERE id = 2')
  await both.run('UPDATE moz_bookmarks SET fk = 2')
  await both.same('SELECT * FROM moz_places ORDER BY id')
  await both.same('SELECT id, CAST(at AS TEXT) AS at FROM recent')
  both.close()
})

test('Django: a generated column in capitals keeps its length', () => {
  const plan = planOf(`CREATE TABLE item (slug varchar(50) NOT NULL,
    "upper" varchar(50) GENERATED ALWAYS AS (UPPER("slug")) STORED)`)
  assert.deepEqual(said(plan), [])
  assert.match(plan.what.tables[0]!.columns[1]!.generated ?? '', /upper/)
})
