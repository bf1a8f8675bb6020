/** What the cells of an image would be in tables of a file, and which of its keys are there: asked of SQLite, over all rows. */
import Database from 'better-sqlite3'
import type { ColumnMatch, KeyMatch, Match, Pair } from '../../model/from-image/facts.ts'
import type { Connection } from './open.ts'
import { quote } from './quote.ts'

/** Reads both; writes into neither. */
export function matchImage(
  image: string,
  target: string,
  pairs: readonly Pair[],
  progress: (table: string) => void,
): Match[] {
  const db = new Database(':memory:')
  try {
    db.pragma('trusted_schema = OFF')
    db.pragma('temp_store = FILE')
    db.prepare('ATTACH ? AS image').run(image)
    db.prepare('ATTACH ? AS target').run(target)
    return pairs.map(pair => {
      progress(pair.table)
      return {
        table: pair.table,
        columns: pair.columns.map(column => matchColumn(db, pair, column)),
        keys: pair.keys.map(key => matchKey(db, pair, key)),
        missed: missedBy(db, pair),
      }
    })
  } finally {
    db.close()
  }
}

function missedBy(db: Connection, { target }: Pair): string[] {
  try {
    return db
      .prepare<[string], string>(`SELECT DISTINCT "parent" FROM pragma_foreign_key_check(?, 'target')`)
      .pluck()
      .all(target)
  } catch {
    // As in `image-facts.ts`.
    return []
  }
}

/** Cells of these classes may become others under an affinity. */
const MOVED: Record<string, string> = {
  INTEGER: `'text', 'real'`,
  NUMERIC: `'text', 'real'`,
  REAL: `'text', 'integer'`,
  TEXT: `'integer', 'real'`,
}

/** What a column of a STRICT table takes. */
const TAKEN: Record<string, string> = {
  INT: 'integer',
  INTEGER: 'integer',
  REAL: 'real',
  TEXT: 'text',
  BLOB: 'blob',
}

function matchColumn(db: Connection, { table, strict }: Pair, column: Pair['columns'][number]): ColumnMatch {
  const { name, from, to, notNull } = column
  const one = (sql: string) => db.prepare<[], number>(sql).pluck().get()!
  const [cell, rows] = [quote(name), `image.${quote(table)}`]
  const nulls = notNull ? one(`SELECT count(*) FROM ${rows} WHERE ${cell} IS NULL`) : 0
  const affinity = to === 'INT' ? 'INTEGER' : to
  const moved = MOVED[affinity]
  if (from === affinity && !strict) return { name, nulls, changed: 0, numbers: false }
  let [changed, numbers] = [0, 0]
  if (moved) {
    db.exec(`DROP TABLE IF EXISTS probe; CREATE TABLE probe (x ${affinity}, y BLOB)`)
    db.exec(`INSERT INTO probe SELECT ${cell}, ${cell} FROM ${rows} WHERE typeof(${cell}) IN (${moved})`)
    const number = `typeof(y) IN ('integer', 'real') AND typeof(x) IN ('integer', 'real') AND x = y`
    numbers = one(`SELECT count(*) FROM probe WHERE typeof(x) <> typeof(y) AND ${number}`)
    changed = one(`SELECT count(*) FROM probe WHERE typeof(x) <> typeof(y) AND NOT (${number})`)
    const taken = strict ? TAKEN[to] : undefined
    if (taken)
      changed += one(`SELECT count(*) FROM probe WHERE typeof(x) = typeof(y) AND typeof(x) <> '${taken}'`)
  }
  if (strict && TAKEN[to])
    changed += one(
      `SELECT count(*) FROM ${rows} WHERE typeof(${cell}) NOT IN ('null', '${TAKEN[to]}'${moved ? `, ${moved}` : ''})`,
    )
  return { name, nulls, changed, numbers: numbers > 0 }
}

function matchKey(db: Connection, pair: Pair, { columns, collations }: Pair['keys'][number]): KeyMatch {
  const one = (sql: string) => db.prepare<[], number>(sql).pluck().get()!
  const own = columns.map(name => quote(pair.columns.find(({ target }) => target === name)!.name))
  const grouped = own.map((name, i) => `${name} COLLATE ${quote(collations[i] ?? 'BINARY')}`).join(', ')
  const rows = `image.${quote(pair.table)}`
  const same = columns.map((name, i) => `t.${quote(name)} = s.${own[i]}`).join(' AND ')
  return {
    columns,
    twice: one(
      `SELECT coalesce(sum(n - 1), 0) FROM (
         SELECT count(*) AS n FROM ${rows} WHERE ${own.map(name => `${name} IS NOT NULL`).join(' AND ')}
          GROUP BY ${grouped} HAVING n > 1)`,
    ),
    taken: one(
      `SELECT count(*) FROM ${rows} AS s WHERE EXISTS (SELECT 1 FROM target.${quote(pair.target)} AS t WHERE ${same})`,
    ),
  }
}
