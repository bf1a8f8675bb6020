/**
 * Random databases as lists of statements. What SQLite does not take is left out by whoever executes them, so
 * a statement may be wrong.
 */
import fc from 'fast-check'
import { anyCondition, anyDefault, anyExpression } from './random-expressions.ts'
import { anyName, quote, someNames } from './random-names.ts'
import { anyType, type RandomType } from './random-types.ts'

interface RandomColumn {
  name: string
  type: RandomType
  /** Constraints in SQL. */
  rest: string
}

interface RandomTable {
  name: string
  columns: RandomColumn[]
  constraints: string[]
  options: string
  rows: number[][]
  indexes: string[]
}

/** Statements in their order: tables, rows, indexes, views and triggers. */
export const anyDatabase: fc.Arbitrary<string[]> = someNames(1, 4)
  .chain(names => fc.tuple(...names.map(name => anyTable(name, names))))
  .chain(tables => fc.tuple(fc.constant(tables), others(tables)))
  .map(([tables, more]) => [
    ...tables.map(createTable),
    ...tables.flatMap(inserts),
    ...tables.flatMap(({ indexes }) => indexes),
    ...more,
  ])

function anyTable(name: string, tables: string[]): fc.Arbitrary<RandomTable> {
  return fc
    .record({
      names: someNames(1, 5),
      strict: fc.nat(5).map(n => n === 0),
      withoutRowid: fc.nat(4).map(n => n === 0),
    })
    .chain(({ names, strict, withoutRowid }) =>
      fc.record({
        name: fc.constant(name),
        columns: fc.tuple(...names.map((column, i) => anyColumn(column, names, tables, strict, i))),
        constraints: fc.array(anyConstraint(names, tables), { maxLength: 2 }),
        options: fc.constant(
          [...(strict ? ['STRICT'] : []), ...(withoutRowid ? ['WITHOUT ROWID'] : [])].join(', '),
        ),
        rows: fc.array(fc.array(fc.nat(997), { minLength: names.length, maxLength: names.length }), {
          maxLength: 9,
        }),
        indexes: fc.array(anyIndex(name, names), { maxLength: 2 }),
      }),
    )
}

/** The part in one of so many cases, else nothing. */
const sometimes = (part: fc.Arbitrary<string>, of: number) =>
  fc.oneof({ weight: of - 1, arbitrary: fc.constant('') }, { weight: 1, arbitrary: part })
const pair = (names: string[]) =>
  fc.tuple(fc.constantFrom(...names).map(quote), fc.constantFrom(...names).map(quote))
const collation = fc.constantFrom('NOCASE', 'RTRIM', 'BINARY').map(name => ` COLLATE ${name}`)
const action = fc.constantFrom('CASCADE', 'SET NULL', 'SET DEFAULT', 'RESTRICT', 'NO ACTION')

/** Rare parts are rare: a table with all of them is mostly refused. */
function anyColumn(
  name: string,
  names: string[],
  tables: string[],
  strict: boolean,
  at: number,
): fc.Arbitrary<RandomColumn> {
  const key = fc.constantFrom(' PRIMARY KEY', ' PRIMARY KEY AUTOINCREMENT', ' PRIMARY KEY DESC')
  const rest = fc.oneof(
    {
      weight: 9,
      arbitrary: fc
        .tuple(
          at === 0 ? sometimes(key, 2) : fc.constant(''),
          sometimes(fc.constant(' NOT NULL'), 6),
          sometimes(fc.constant(' UNIQUE'), 8),
          sometimes(
            anyDefault.map(value => ` DEFAULT ${value}`),
            4,
          ),
          sometimes(collation, 8),
          sometimes(
            fc.tuple(anyCondition, pair(names)).map(([make, [, b]]) => ` CHECK (${make(quote(name), b)})`),
            8,
          ),
          sometimes(references(names, tables), 6),
        )
        .map(parts => parts.join('')),
    },
    {
      weight: at === 0 ? 0 : 1,
      arbitrary: fc
        .tuple(anyExpression, pair(names), fc.constantFrom('STORED', 'VIRTUAL', ''))
        .map(([make, [a, b], kind]) => ` GENERATED ALWAYS AS (${make(a, b)}) ${kind}`),
    },
  )
  return fc.record({ name: fc.constant(name), type: anyType(strict), rest })
}

const references = (names: string[], tables: string[]) =>
  fc
    .tuple(fc.constantFrom(...tables), sometimes(fc.constantFrom(...names), 2), action, action, fc.boolean())
    .map(
      ([table, column, onDelete, onUpdate, deferred]) =>
        ` REFERENCES ${quote(table)}${column === '' ? '' : ` (${quote(column)})`} ON DELETE ${onDelete} ON UPDATE ${onUpdate}${deferred ? ' DEFERRABLE INITIALLY DEFERRED' : ''}`,
    )

function anyConstraint(names: string[], tables: string[]): fc.Arbitrary<string> {
  const columns = fc.shuffledSubarray(names, { minLength: 1 }).map(list => list.map(quote).join(', '))
  const named = sometimes(
    anyName.map(name => `CONSTRAINT ${quote(name)} `),
    2,
  )
  const body = fc.oneof(
    columns.map(list => `PRIMARY KEY (${list})`),
    columns.map(list => `UNIQUE (${list})`),
    fc.tuple(anyCondition, pair(names)).map(([make, [a, b]]) => `CHECK (${make(a, b)})`),
    fc.tuple(columns, references(names, tables)).map(([list, clause]) => `FOREIGN KEY (${list})${clause}`),
  )
  return fc.tuple(named, body).map(parts => parts.join(''))
}

function anyIndex(table: string, names: string[]): fc.Arbitrary<string> {
  const part = fc
    .tuple(
      fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...names).map(quote) },
        { weight: 1, arbitrary: fc.tuple(anyExpression, pair(names)).map(([make, [a, b]]) => make(a, b)) },
      ),
      sometimes(collation, 6),
      sometimes(fc.constant(' DESC'), 3),
    )
    .map(parts => parts.join(''))
  const where = fc.tuple(anyCondition, pair(names)).map(([make, [a, b]]) => ` WHERE ${make(a, b)}`)
  return fc
    .tuple(
      anyName,
      sometimes(fc.constant('UNIQUE '), 3),
      fc.array(part, { minLength: 1, maxLength: 3 }),
      sometimes(where, 4),
    )
    .map(
      ([name, unique, parts, condition]) =>
        `CREATE ${unique}INDEX ${quote(name)} ON ${quote(table)} (${parts.join(', ')})${condition}`,
    )
}

function others(tables: RandomTable[]): fc.Arbitrary<string[]> {
  const table = fc.constantFrom(...tables)
  const view = fc
    .tuple(anyName, table, anyCondition, anyExpression)
    .map(([name, { name: from, columns }, where, make]) => {
      const [a, b] = [quote(columns[0]!.name), quote(columns.at(-1)!.name)]
      return `CREATE VIEW ${quote(name)} AS SELECT ${a}, ${make(b, a)} AS made FROM ${quote(from)} WHERE ${where(a, b)}`
    })
  const trigger = fc
    .tuple(
      anyName,
      table,
      fc.constantFrom('INSERT', 'UPDATE', 'DELETE'),
      fc.constantFrom('AFTER', 'BEFORE'),
      fc.boolean(),
    )
    .map(([name, { name: on, columns }, event, timing, raises]) => {
      const column = quote(columns.at(-1)!.name)
      const row = event === 'DELETE' ? 'OLD' : 'NEW'
      const body = raises
        ? `SELECT RAISE(ABORT, 'no') WHERE ${row}.${column} IS NULL`
        : `UPDATE ${quote(on)} SET ${column} = NULL WHERE ${column} = ${row}.${column}`
      return `CREATE TRIGGER ${quote(name)} ${timing} ${event} ON ${quote(on)} BEGIN ${body}; END`
    })
  return fc.array(fc.oneof(view, trigger), { maxLength: 2 })
}

function createTable({ name, columns, constraints, options }: RandomTable): string {
  const parts = [
    ...columns.map(({ name, type, rest }) => `${quote(name)} ${type.declared}${rest}`),
    ...constraints,
  ]
  return `CREATE TABLE ${quote(name)} (${parts.join(', ')}) ${options}`
}

function inserts({ name, columns, rows }: RandomTable): string[] {
  const plain = columns.filter(({ rest }) => !rest.includes('GENERATED'))
  const into = `INSERT OR IGNORE INTO ${quote(name)} (${plain.map(column => quote(column.name)).join(', ')})`
  return rows.map(row => {
    const values = plain.map(({ type }, i) => type.values[row[i]! % type.values.length] ?? 'NULL')
    return `${into} VALUES (${values.join(', ')})`
  })
}
