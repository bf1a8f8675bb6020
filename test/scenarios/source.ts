/** The source of all scenarios: one table of each kind of key, large enough for some dozens of chunks. */
import Database from 'better-sqlite3'

/** How a column is printed, the same on both sides, for a comparison that shares no code with longhaul's. */
export type Print = 'integer' | 'real' | 'text' | 'boolean' | 'blob'

export interface SourceTable {
  columns: Record<string, Print>
  /** A row in the middle of the copy, as a condition on `NEW`; the gates of `gate.ts` stand there. */
  middle: string
}

export const TABLES: Record<string, SourceTable> = {
  parcel: {
    columns: {
      id: 'integer',
      sender: 'text',
      weight: 'real',
      fragile: 'boolean',
      label: 'blob',
      note: 'text',
    },
    middle: 'NEW.id = 60000',
  },
  leg: {
    columns: { parcel: 'integer', hop: 'integer', city: 'text' },
    middle: 'NEW.parcel = 45000',
  },
  scan: {
    columns: { n: 'integer', place: 'text', celsius: 'real' },
    middle: 'NEW.n = 7500',
  },
}

/** What the target has to have when all is done, as `pg_indexes` and `pg_constraint` name it. */
export const OBJECTS = [
  'leg -> parcel',
  'leg_by_city',
  'leg_pkey',
  'parcel_by_sender',
  'parcel_pkey',
  'scan_by_place',
]

const SCHEMA = `
  CREATE TABLE parcel (id INTEGER PRIMARY KEY, sender TEXT NOT NULL, weight REAL, fragile BOOLEAN NOT NULL,
                       label BLOB, note TEXT);
  CREATE INDEX parcel_by_sender ON parcel (sender, id DESC);
  CREATE TABLE leg (parcel INTEGER NOT NULL REFERENCES parcel (id), hop INTEGER NOT NULL, city TEXT,
                    PRIMARY KEY (parcel, hop)) WITHOUT ROWID;
  CREATE INDEX leg_by_city ON leg (city);
  CREATE TABLE scan (n INTEGER, place TEXT, celsius REAL);
  CREATE INDEX scan_by_place ON scan (place);`

const CITIES = ['Łódź', 'Wien', '京都市', 'İzmir', '', "L'Aquila"]

/**
 * 40,000 rows by an integer key, 30,000 by a composite one, and 15,000 without a key, each of them twice.
 *
 * @param share makes that part of the rows
 */
export function makeSource(path: string, share = 1): void {
  const db = new Database(path)
  db.exec(SCHEMA)
  const parcel = db.prepare('INSERT INTO parcel VALUES (?, ?, ?, ?, ?, ?)')
  const leg = db.prepare('INSERT INTO leg VALUES (?, ?, ?)')
  const scan = db.prepare('INSERT INTO scan VALUES (?, ?, ?)')
  db.transaction(() => {
    for (let i = 1; i <= 40_000 * share; i++) {
      const note = i % 7 === 0 ? null : `note ${i} ${'on the way '.repeat(i % 17)}`
      const label = i % 5 === 0 ? Buffer.from(`\0${i}`) : null
      parcel.run(i * 3, `sender ${i % 997}`, i % 11 === 0 ? null : i / 8 + 0.1, i % 2, label, note)
    }
    for (let i = 1; i <= 10_000 * share; i++)
      for (let hop = 1; hop <= 3; hop++) leg.run(i * 9, hop, CITIES[(i + hop) % CITIES.length])
    for (let i = 1; i <= 15_000 * share; i++)
      for (let twin = 0; twin < 2; twin++) scan.run(i, CITIES[i % CITIES.length], i % 9 === 0 ? null : i / 16)
  })()
  db.close()
}
