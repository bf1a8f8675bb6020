/**
 * Which rows of a database belong to which row of one of its tables: its children by foreign keys, their children, and so on. A row
 * that belongs to several goes to the one to which the shortest chain of keys leads, of equal ones the key that is declared first.
 * The result is a database of its own, beside the snapshot.
 */
import { renameSync, rmSync } from 'node:fs'
import Database from 'better-sqlite3'
import type { ForeignKey, Table } from '../../model/schema.ts'
import { sameName } from '../../model/sqlite-sql/names.ts'
import type { Connection } from './open.ts'
import { quote } from './quote.ts'

/** One row of the table in question. */
export interface Entity {
  /** By which `owner` calls it. */
  e: bigint
  /** Its key in words, and what names it to a person. */
  key: string
  name?: string
}

export interface Owners {
  entities: Entity[]
  /** Tables that have rows of entities, besides the table itself, with those that belong to none. */
  tables: { name: string; rows: number; rest: number; shared: number }[]
}

interface Edge {
  no: number
  child: number
  parent: number
}

/**
 * Makes the database at `path`, whole or not at all.
 *
 * @param naming columns that name a row, the first that there is
 */
export function findOwners(
  { path, snapshot }: { path: string; snapshot: string },
  { tables, root, naming }: { tables: readonly Table[]; root: Table; naming: readonly string[] },
  progress: (detail: unknown) => void,
): Owners {
  const half = `${path}.half`
  for (const end of ['', '-journal']) rmSync(`${half}${end}`, { force: true })
  const db = new Database(half)
  try {
    db.pragma('journal_mode = OFF')
    db.pragma('synchronous = OFF')
    db.pragma('trusted_schema = OFF')
    db.prepare('ATTACH ? AS source').run(snapshot)
    db.exec(`
      CREATE TABLE owner (t INTEGER NOT NULL, n INTEGER NOT NULL, e INTEGER NOT NULL, level INTEGER NOT NULL,
                          PRIMARY KEY (t, n)) WITHOUT ROWID;
      CREATE INDEX owner_level ON owner (t, level)`)
    const found = new Finder(db, tables, root, progress).find(naming)
    db.exec('DROP INDEX owner_level; CREATE INDEX owner_entity ON owner (t, e, n)')
    db.exec('DETACH source')
    db.close()
    renameSync(half, path)
    return found
  } finally {
    db.close()
  }
}

class Finder {
  readonly #db: Connection
  readonly #tables: readonly Table[]
  readonly #root: number
  readonly #progress: (detail: unknown) => void

  constructor(db: Connection, tables: readonly Table[], root: Table, progress: (detail: unknown) => void) {
    this.#db = db
    this.#tables = tables
    this.#root = tables.indexOf(root)
    this.#progress = progress
  }

  find(naming: readonly string[]): Owners {
    const reached = this.#reachable()
    for (const at of reached) this.#number(at)
    const edges = this.#edges(reached)
    const root = this.#tables[this.#root]!
    this.#db.exec(`
      INSERT INTO owner SELECT ${this.#root}, ${numberOf(root, this.#root)}, ${numberOf(root, this.#root)}, 0
        FROM ${rowsOf(root, this.#root)}`)
    this.#spread(edges)
    return {
      entities: this.#entities(naming),
      tables: [...reached].filter(at => at !== this.#root).map(at => this.#counted(at, edges)),
    }
  }

  /** The table and those below it. */
  #reachable(): Set<number> {
    const reached = new Set([this.#root])
    for (const at of reached)
      for (const [child, table] of this.#tables.entries())
        if (isNumbered(table) && table.foreignKeys.some(key => sameName(key.table, this.#tables[at]!.name)))
          reached.add(child)
    return reached
  }

  /** Rows without a row number get one, by their keys. */
  #number(at: number): void {
    const { access, name } = this.#tables[at]!
    if (access.by !== 'key') return
    const keys = access.columns.map((_, i) => `k${i}`).join(', ')
    this.#db.exec(`
      CREATE TABLE key_${at} (n INTEGER PRIMARY KEY, ${keys});
      INSERT INTO key_${at} (${keys})
        SELECT ${access.columns.map(quote).join(', ')} FROM source.${quote(name)}
         ORDER BY ${access.columns.map(quote).join(', ')};
      CREATE UNIQUE INDEX key_of_${at} ON key_${at} (${keys})`)
  }

  /** For each foreign key the pairs of parent and child. */
  #edges(reached: ReadonlySet<number>): Edge[] {
    const edges: Edge[] = []
    for (const child of reached) {
      if (child === this.#root) continue
      for (const key of this.#tables[child]!.foreignKeys) {
        const parent = this.#tables.findIndex(({ name }) => sameName(name, key.table))
        if (!reached.has(parent) || !refersTo(key, this.#tables[parent]!)) continue
        const edge = { no: edges.length, child, parent }
        this.#pairs(edge, key)
        edges.push(edge)
      }
    }
    return edges
  }

  #pairs({ no, child, parent }: Edge, key: ForeignKey): void {
    const [below, above] = [this.#tables[child]!, this.#tables[parent]!]
    const on = key.columns
      .map((column, i) => `p.${quote(key.references[i]!)} = c.${quote(column)}`)
      .join(' AND ')
    this.#progress({ table: below.name })
    this.#db.exec(`
      CREATE TABLE edge_${no} (p INTEGER NOT NULL, c INTEGER NOT NULL, PRIMARY KEY (p, c)) WITHOUT ROWID;
      INSERT OR IGNORE INTO edge_${no}
        SELECT ${numberOf(above, parent, 'p', 'kp')}, ${numberOf(below, child, 'c', 'kc')}
          FROM ${rowsOf(below, child, 'c', 'kc')} JOIN ${rowsOf(above, parent, 'p', 'kp')} ON ${on}`)
  }

  #spread(edges: readonly Edge[]): void {
    const steps = edges.map(({ no, child, parent }) =>
      this.#db.prepare(`
        INSERT OR IGNORE INTO owner
        SELECT ${child}, edge.c, o.e, o.level + 1
          FROM owner AS o INDEXED BY owner_level JOIN edge_${no} AS edge ON edge.p = o.n
         WHERE o.t = ${parent} AND o.level = ?
         ORDER BY o.e`),
    )
    for (let level = 0, more = true; more; level++) {
      more = false
      for (const step of steps) if (step.run(level).changes > 0) more = true
      this.#progress({ level })
    }
  }

  #counted(at: number, edges: readonly Edge[]): Owners['tables'][number] {
    const { name } = this.#tables[at]!
    const owned = this.#count(`SELECT count(*) FROM owner WHERE t = ${at}`)
    const rows = this.#count(`SELECT count(*) FROM source.${quote(name)}`)
    const shared = edges
      .filter(({ child }) => child === at)
      .map(({ no, parent }) =>
        this.#count(`
          SELECT count(*) FROM edge_${no} AS edge
            JOIN owner AS o ON o.t = ${parent} AND o.n = edge.p
            JOIN owner AS c ON c.t = ${at} AND c.n = edge.c
           WHERE o.e <> c.e`),
      )
    return { name, rows, rest: rows - owned, shared: Math.max(0, ...shared) }
  }

  #count(sql: string): number {
    return this.#db.prepare<[], number>(sql).pluck().get()!
  }

  #entities(naming: readonly string[]): Entity[] {
    const root = this.#tables[this.#root]!
    const keys = root.primaryKey?.columns ?? []
    const named = naming.flatMap(wanted => root.columns.find(({ name }) => sameName(name, wanted)) ?? [])[0]
    const number = numberOf(root, this.#root)
    const terms = [number, ...[...keys, ...(named ? [named.name] : [])].map(name => `t.${quote(name)}`)]
    const rows = this.#db
      .prepare<[], unknown[]>(`SELECT ${terms.join(', ')} FROM ${rowsOf(root, this.#root)} ORDER BY 1`)
      .raw()
      .safeIntegers()
      .all()
    return rows.map(([e, ...cells]) => {
      const name = named && inWords(cells.pop())
      const key = keys.length > 0 ? cells.map(inWords).join('_') : String(e)
      return { e: e as bigint, key, ...(name && { name }) }
    })
  }
}

function inWords(cell: unknown): string {
  if (cell instanceof Uint8Array) return Buffer.from(cell).toString('hex')
  return cell === null || cell === undefined ? '' : String(cell)
}

/** Tables that have neither a row number nor a key hold no children of others. */
const isNumbered = ({ access }: Table): boolean => access.by === 'rowid' || access.by === 'key'

/** The number of a row, of a table in `rowsOf`. */
/** SQLite takes a key onto columns that are not there, and onto a table without one. */
const refersTo = ({ columns, references }: ForeignKey, parent: Table): boolean =>
  references.length === columns.length &&
  references.every(name => parent.columns.some(column => sameName(column.name, name)))

function numberOf({ access }: Table, at: number, alias = 't', keys = 'k'): string {
  return access.by === 'rowid' ? `${alias}.${quote(access.name)}` : `${keys}_${at}.n`
}

/** A table with the numbers of its rows. */
function rowsOf({ access, name }: Table, at: number, alias = 't', keys = 'k', places = BESIDE): string {
  const table = `${places.rows}.${quote(name)} AS ${alias}`
  if (access.by !== 'key') return table
  const on = access.columns.map((column, i) => `${keys}_${at}.k${i} = ${alias}.${quote(column)}`)
  return `(${table} JOIN ${places.keys}.key_${at} AS ${keys}_${at} ON ${on.join(' AND ')})`
}

/** Which databases have the rows, and the numbers of those without a row number. */
const BESIDE = { rows: 'source', keys: 'main' }
const ATTACHED = { rows: 'main', keys: 'owners' }

/**
 * Rows of a table in SQL over its columns, of one entity or of none; the database of owners is attached as `owners`. The entity
 * is a parameter.
 */
export function rowsOfOwner(
  table: Table,
  at: number,
  columns: readonly string[],
  which: 'one' | 'none',
): string {
  const terms = columns.map(column => `t.${quote(column)}`).join(', ')
  const rows = rowsOf(table, at, 't', 'k', ATTACHED)
  const number = numberOf(table, at)
  return which === 'one'
    ? `SELECT ${terms} FROM owners.owner AS o JOIN ${rows} ON ${number} = o.n WHERE o.t = ${at} AND o.e = ? ORDER BY o.n`
    : `SELECT ${terms} FROM ${rows}
        WHERE NOT EXISTS (SELECT 1 FROM owners.owner AS o WHERE o.t = ${at} AND o.n = ${number}) ORDER BY ${number}`
}
