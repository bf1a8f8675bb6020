/** One entry of a mapping: rows of its source become rows of the image, batch by batch, each batch in one transaction with its mark. */
import type { Statement } from 'better-sqlite3'
import { compileColumn, compileCondition, isLate, type MapColumn } from '../../model/mapping/compile.ts'
import { type MappedCell, Refusal } from '../../model/mapping/refusal.ts'
import type { Connection } from '../../stores/sqlite/open.ts'
import { quote } from '../../stores/sqlite/quote.ts'
import { rejectRow } from '../../stores/stage/reject.ts'
import type { Progress } from '../progress.ts'
import { keyText, rawText } from './cells.ts'
import { damagedIn, REPLACED } from './damaged.ts'
import { type Hasher, secretHasher } from './hasher.ts'
import { type LookupSides, readyLookup } from './lookups.ts'
import { type ParentCheck, readyParents } from './parents.ts'
import type { EntryPart, Late, Watch } from './part.ts'
import { DUPLICATE, FATE, readSql } from './read-rows.ts'
import { type Mark, readMark, writeMark } from './work-file.ts'

const MOST_ROWS = 10_000
const MOST_BYTES = 8_000_000

interface Read {
  row: bigint
  cells: MappedCell[]
  /** A text of it may be none. */
  suspect: boolean
}

type Fate = 'filtered' | 'duplicate' | 'rejected'

/** Maps what is left of an entry. */
export class EntryMapper {
  readonly #db: Connection
  readonly #part: EntryPart
  readonly #late: Late
  readonly #watch: Watch | undefined
  /** Columns of the source that are read, and where each stands in a row. */
  readonly #places = new Map<string, number>()
  readonly #parentPlaces = new Map<string, number>()
  #read!: Statement
  #insert!: Statement
  #reject: (row: bigint, key: string, refusal: Refusal) => void = () => {}
  #isDamaged: (row: bigint) => boolean = () => false
  #made: ((row: bigint, made: number | bigint | null, fate: Fate | null) => void) | undefined

  constructor(db: Connection, part: EntryPart, late: Late, watch?: Watch) {
    this.#db = db
    this.#part = part
    this.#late = late
    this.#watch = watch
  }

  /** @param note hears the rows that were read */
  async run(sides: LookupSides, note: Progress, signal: AbortSignal): Promise<Mark> {
    const mark = readMark(this.#db, this.#part.name)
    if (mark.done) return mark
    const map = await this.#compile(sides)
    this.#prepare()
    for (;;) {
      signal.throwIfAborted()
      const { rows, more } = this.#next(mark.after)
      await this.#write(map, rows, more, mark)
      note({ table: this.#part.table, rows: mark.read })
      if (mark.done) return mark
    }
  }

  async #compile(sides: LookupSides): Promise<(cells: MappedCell[]) => Mapped> {
    const { entry, source, columns, parent } = this.#part
    const finds = new Map<string, Awaited<ReturnType<typeof readyLookup>>>()
    for (const { lookups = [] } of Object.values(entry.columns))
      for (const lookup of lookups) finds.set(JSON.stringify(lookup), await readyLookup(sides, lookup))
    const hashers = new Map<string, Hasher>()
    for (const { hash } of Object.values(entry.columns))
      if (hash) hashers.set(JSON.stringify(hash.salt ?? null), secretHasher(hash.salt))
    const place = (places: Map<string, number>) => (name: string) => {
      const at = places.get(name) ?? this.#places.size + this.#parentPlaces.size
      places.set(name, at)
      return at
    }
    const around = {
      columns: source.columns,
      at: place(this.#places),
      atParent: place(this.#parentPlaces),
      lookup: (lookup: object) => finds.get(JSON.stringify(lookup))!,
      hash: (salt: object | undefined) => hashers.get(JSON.stringify(salt ?? null))!,
    }
    for (const name of this.#keyColumns()) around.at(name)
    const broken = source.broken === undefined ? undefined : around.at(source.broken)
    const duplicate = entry.dedupe ? around.at(DUPLICATE) : undefined
    const fate = parent ? around.at(FATE) : undefined
    const where = entry.where === undefined ? undefined : compileCondition(entry.where, around)
    const orphans = await readyParents(sides, this.#part)
    const maps = columns.map(({ name, type, there }) => {
      const late = isLate(entry.columns[name]!)
      return compileColumn(
        name,
        entry.columns[name]!,
        {
          ...{ type, notNull: !late && there?.notNull === true },
          ...(!late && there?.allowed && { allowed: there.allowed }),
        },
        around,
      )
    })
    return cells => {
      if (broken !== undefined && cells[broken] === 1n) return NO_JSON
      if (fate !== undefined && cells[fate] !== 'written') return fateOfParent(cells[fate])
      const meets = where === undefined || where(cells)
      if (meets === undefined) return NO_CONDITION
      if (!meets) return 'filtered'
      if (duplicate !== undefined && cells[duplicate] === 1n) return 'duplicate'
      return withParents(orphans, mapped(maps, cells))
    }
  }

  #keyColumns = (): readonly string[] => this.#part.entry.key ?? this.#part.source.key

  #prepare(): void {
    const { entry, source, columns, table, isParent, name } = this.#part
    const db = this.#db
    const own = [...this.#places.keys()].filter(column => source.columns.includes(column))
    this.#isDamaged = damagedIn(db, source, own)
    this.#read = db
      .prepare(readSql(this.#part, this.#places, this.#parentPlaces))
      .raw()
      .safeIntegers()
    const names = columns.map(column => quote(column.name))
    this.#insert = db
      .prepare(
        `INSERT OR IGNORE INTO image.${quote(table)} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
      )
      .safeIntegers()
    const whole = source.columns.map(quote).join(', ')
    const rowNumber = quote(source.rowNumber)
    const original = db
      .prepare(`SELECT ${whole} FROM ${source.sql} WHERE ${rowNumber} = ?`)
      .raw()
      .safeIntegers()
    this.#reject = (row, key, { rule, reason }) => {
      const raw = source.table === undefined && {
        raw: rawText(source.columns, original.get(row) as MappedCell[]),
      }
      const at = source.table !== undefined && { source: source.table, row }
      rejectRow(db, { table, part: name, key, rule, reason, ...at, ...raw })
    }
    if (!isParent) return
    const made = db.prepare(`INSERT INTO work.${quote(`made ${name}`)} (row, made, fate) VALUES (?, ?, ?)`)
    if (entry.each === undefined) this.#made = (row, number, fate) => made.run(row, number, fate ?? 'written')
  }

  /** Rows of the next transaction. */
  #next(after: bigint): { rows: Read[]; more: boolean } {
    const late = Object.values(this.#part.entry.columns).some(column => 'password' in column)
    const most = late ? FEW_ROWS : MOST_ROWS
    const rows: Read[] = []
    let bytes = 0
    for (const found of this.#read.iterate(after)) {
      const [row, ...cells] = found as [bigint, ...MappedCell[]]
      let suspect = false
      for (const cell of cells) {
        if (typeof cell === 'object' || typeof cell === 'string') bytes += cell?.length ?? 0
        if (typeof cell === 'string' && cell.includes(REPLACED)) suspect = true
      }
      rows.push({ row, cells, suspect })
      if (rows.length >= most || bytes > MOST_BYTES) return { rows, more: true }
    }
    return { rows, more: false }
  }

  async #write(
    map: (cells: MappedCell[]) => Mapped,
    batch: readonly Read[],
    more: boolean,
    mark: Mark,
  ): Promise<void> {
    const mappedRows = batch.map(({ row, cells, suspect }) =>
      suspect && this.#isDamaged(row) ? NO_TEXT : map(cells),
    )
    const keyOf = (cells: MappedCell[]) => keyText(this.#keyColumns(), cells)
    const secrets = await this.#fill(batch, mappedRows, keyOf)
    this.#db.transaction(() => {
      for (const [i, { row, cells }] of batch.entries()) {
        const fate = this.#settle(row, mappedRows[i]!, mark, () => keyOf(cells))
        if (fate === 'written') this.#keepSecrets(secrets.get(i), keyOf(cells))
      }
      mark.read += batch.length
      mark.after = batch.at(-1)?.row ?? mark.after
      mark.done = !more
      writeMark(this.#db, this.#part.name, mark)
    })()
  }

  /** Writes a row, or what became of it. */
  #settle(row: bigint, mapped: Mapped, mark: Mark, key: () => string): Fate | 'written' {
    if (mapped === 'filtered' || mapped === 'duplicate') {
      mark[mapped === 'filtered' ? 'filtered' : 'duplicates']++
      this.#made?.(row, null, mapped)
      this.#watch?.see(row, key, mapped)
      return mapped
    }
    if (!(mapped instanceof Refusal)) {
      const { changes, lastInsertRowid } = this.#insert.run(mapped)
      if (changes === 1) {
        mark.written++
        this.#made?.(row, lastInsertRowid, null)
        this.#watch?.see(row, key, mapped)
        return 'written'
      }
    }
    const refusal = mapped instanceof Refusal ? mapped : SAME_KEY
    mark.rejected++
    this.#reject(row, key(), refusal)
    this.#made?.(row, null, 'rejected')
    this.#watch?.see(row, key, refusal)
    return 'rejected'
  }

  /** Numbers and passwords for the rows that are taken; gives the passwords by row of the batch. */
  async #fill(
    batch: readonly Read[],
    mappedRows: readonly Mapped[],
    keyOf: (cells: MappedCell[]) => string,
  ): Promise<Map<number, Record<string, string>>> {
    const secrets = new Map<number, Record<string, string>>()
    const { columns, entry } = this.#part
    const taken = mappedRows.flatMap((row, i) => (Array.isArray(row) ? [{ row, i }] : []))
    for (const [at, column] of columns.entries()) {
      if (!isLate(entry.columns[column.name]!) || taken.length === 0) continue
      const keys = taken.map(({ i }) => keyOf(batch[i]!.cells))
      const cells = await this.#late.fill(this.#part, column, keys)
      for (const [n, { row, i }] of taken.entries()) {
        const { cell, secret } = cells[n]!
        row[at] = cell
        if (secret !== undefined) secrets.set(i, { ...secrets.get(i), [column.name]: secret })
      }
    }
    return secrets
  }

  #keepSecrets(secrets: Record<string, string> | undefined, key: string): void {
    if (!secrets) return
    const keep = this.#db.prepare(
      'INSERT INTO work.password ("table", key, "column", password) VALUES (?, ?, ?, ?)',
    )
    for (const [column, secret] of Object.entries(secrets)) keep.run(this.#part.table, key, column, secret)
  }
}

/** A password's hash takes a twentieth of a second. */
const FEW_ROWS = 64

type Mapped = MappedCell[] | Refusal | 'filtered' | 'duplicate'

const NO_TEXT = new Refusal('encoding', 'a text of the row is not valid UTF-8')
const NO_JSON = new Refusal('json', 'the column with its elements is no JSON')
const NO_CONDITION = new Refusal(
  'expression',
  'the condition of where is neither true nor false for this row',
)
const SAME_KEY = new Refusal('duplicate', 'another row has the same key of the target')
const PARENT = new Refusal('parent-rejected', 'the row that it goes with was rejected')
/** Only where rows are taken again. */
const PARENT_BEFORE = new Refusal('parent-written', 'the row that it goes with was written by an earlier run')

function fateOfParent(fate: MappedCell | undefined): Mapped {
  if (fate === null) return PARENT_BEFORE
  return fate === 'filtered' || fate === 'duplicate' ? fate : PARENT
}

function mapped(maps: readonly MapColumn[], cells: readonly MappedCell[]): MappedCell[] | Refusal {
  const row: MappedCell[] = new Array(maps.length)
  for (let i = 0; i < maps.length; i++) {
    const cell = maps[i]!(cells)
    if (cell instanceof Refusal) return cell
    row[i] = cell
  }
  return row
}

/** A foreign key that finds nothing would be gone from the target afterwards. */
function withParents(checks: readonly ParentCheck[], row: MappedCell[] | Refusal): MappedCell[] | Refusal {
  if (row instanceof Refusal) return row
  return checks.find(({ at, isThere }) => !isThere(row[at]!))?.refusal ?? row
}
