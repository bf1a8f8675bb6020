/** What each kind of column makes of a value. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { type Around, compileColumn, SEVERAL } from '../../../model/mapping/compile.ts'
import { type MappedCell, Refusal } from '../../../model/mapping/refusal.ts'
import { parsePlanFile } from '../../../model/planfile-parse.ts'
import { parseType } from '../../../model/type-text.ts'

/** The cell that a line of the mapping gives, or the rule that the row breaks. */
function given(line: string, row: Record<string, MappedCell>, type?: string): MappedCell | string {
  const { file, mistakes } = parsePlanFile(
    `version: 1\nmapping: { t: { from: s, columns: { c: ${line} } } }`,
    'p',
  )
  assert.deepEqual(mistakes, [])
  const names = Object.keys(row)
  const around: Around = {
    columns: names,
    at: name => names.indexOf(name),
    atParent: name => names.indexOf(name),
    lookup: lookup => value => {
      assert.deepEqual(lookup, { in: { target: 'users' }, match: 'old', give: 'id' })
      return new Map<string, MappedCell | typeof SEVERAL>([
        ['u1', 17n],
        ['5', 5n],
        ['twice', SEVERAL],
      ]).get(value)
    },
    hash: () => value => createHash('sha256').update(value).digest('hex'),
  }
  const about = { type: type === undefined ? undefined : parseType(type), notNull: false }
  const cell = compileColumn('c', file!.mapping!.t![0]!.columns.c!, about, around)(Object.values(row))
  return cell instanceof Refusal ? `! ${cell.rule}` : cell
}

const USERS = 'lookup: { in: users, match: old, give: id }'

const CASES: [line: string, value: MappedCell, cell: MappedCell | string, type?: string][] = [
  ['a', 'x', 'x'],
  ['{ from: a, trim: true }', ' x ', 'x'],
  ['{ from: a, trim: true }', '  ', null, 'integer'],
  ['{ from: a, required: true }', ' ', '! required'],
  ['{ from: a, required: true }', null, '! required'],
  ['{ from: a, default: Uncategorized }', '', 'Uncategorized'],
  ['{ from: a, default: 0 }', null, 0n],
  ['{ from: a, values: { DRAFT: Draft } }', 'DRAFT', 'Draft'],
  ['{ from: a, values: { DRAFT: Draft } }', 'draft', '! unknown-value'],
  ['{ from: a, values: { DRAFT: Draft }, otherwise: Other }', 'x', 'Other'],
  ['{ from: a, values: { DRAFT: Draft }, otherwise: Other }', null, 'Other'],
  ['{ from: a, values: { DRAFT: Draft } }', null, null],
  ['{ from: a, values: { 5: true } }', 5n, 1n],
  [`{ from: a, ${USERS} }`, 'u1', 17n],
  [`{ from: a, ${USERS} }`, 5, 5n],
  [`{ from: a, ${USERS} }`, 'u9', '! no-match'],
  [`{ from: a, ${USERS} }`, 'twice', '! ambiguous-match'],
  [`{ from: a, ${USERS}, otherwise: 1 }`, 'u9', 1n],
  ['{ from: a, date: DD.MM.YYYY }', '31.01.2024', '2024-01-31'],
  ['{ from: a, date: DD.MM.YYYY }', '31.02.2024', '! date'],
  ['{ from: a, date: "DD.MM.YYYY HH:mm" }', '31.01.2024 08:05', '2024-01-31 08:05:00'],
  ['{ from: a, date: "MM/DD/YYYY hh:mm A" }', '01/31/2024 12:05 AM', '2024-01-31 00:05:00'],
  [
    '{ from: a, date: "DD.MM.YYYY HH:mm", zone: Europe/Berlin }',
    '31.07.2024 08:05',
    '2024-07-31 06:05:00Z',
    'timestamptz',
  ],
  // Clocks were put forward, and back.
  ['{ from: a, zone: Europe/Berlin }', '2024-03-31 02:30:00', '! date', 'timestamptz'],
  ['{ from: a, zone: Europe/Berlin }', '2024-10-27 02:30:00', '! date', 'timestamptz'],
  ['{ from: a, zone: Europe/Berlin }', '2024-10-27 01:30:00', '2024-10-26 23:30:00Z', 'timestamptz'],
  ['a', '2024-01-31T08:05Z', '! date', 'timestamp'],
  ['{ from: a, zone: Europe/Berlin }', '2024-07-31T23:05:00Z', '2024-08-01 01:05:00', 'timestamp'],
  ['{ from: a, zone: UTC }', '2024-07-31T23:05:00+02:00', '2024-07-31 21:05:00', 'timestamp'],
  ['{ from: a, zone: Europe/Berlin }', '1890-01-01 00:53:28', '1890-01-01 00:00:00Z', 'timestamptz'],
  ['a', '2024-01-31', '2024-01-31 00:00:00', 'timestamp'],
  ['a', '2024-01-31 10:00:00', '! cast', 'date'],
  ['a', '12', 12n, 'integer'],
  ['a', '12.5', '! cast', 'integer'],
  ['a', '3000000000', '! cast', 'integer'],
  ['a', '9223372036854775807', 9223372036854775807n, 'bigint'],
  ['a', '1.50', '1.50', 'numeric(10,2)'],
  ['a', '1.505', '! cast', 'numeric(10,2)'],
  ['a', '0123456789012345678901.5', '123456789012345678901.5', 'numeric'],
  ['a', '0.1', 0.1, 'double precision'],
  ['a', '12345678901234567890', '! cast', 'double precision'],
  ['a', '9007199254740993', '! cast', 'double precision'],
  ['a', '0.30000000000000004', 0.30000000000000004, 'double precision'],
  ['a', '2.50000000000000000', 2.5, 'double precision'],
  ['a', 'Yes', 1n, 'boolean'],
  ['{ from: a, cast: boolean }', 'false', 0n],
  ['a', 'perhaps', '! cast', 'boolean'],
  ['a', 'four', '! too-long', 'varchar(3)'],
  ['a', '😀😀😀', '😀😀😀', 'varchar(3)'],
  ['a', 10, '10.0', 'text'],
  ['a', '0A0B0C0D-0000-0000-0000-000000000001', '0a0b0c0d-0000-0000-0000-000000000001', 'uuid'],
  ['a', '{"a":1}', '{"a":1}', 'jsonb'],
  ['a', '{"a":', '! cast', 'jsonb'],
  ['{ from: a, split: ",", part: -1 }', 'x,y,z', 'z'],
  ['{ from: a, split: ",", part: 2 }', 'x', null],
  ['{ constant: legacy }', 'x', 'legacy'],
  ['{ constant: true }', 'x', 1n],
  ['{ from: a, mask: true }', 'jane@x.org', 'j***@*.***'],
  ['{ from: a, hash: sha256 }', 'x', createHash('sha256').update('x').digest('hex')],
  ['{ expression: "double(a) * 2.0" }', '1.25', 2.5],
  ['{ expression: "round(double(a) * 1.19, 2)" }', '1.5', 1.79],
  ['{ expression: "double(a)" }', null, '! expression'],
  ['{ expression: "1.0 / double(a)" }', '0', '! expression'],
  ['{ expression: "a == null ? \'none\' : a.upperAscii()" }', null, 'none'],
  ["{ expression: \"a.replace(',', '.')\" }", '1,5', '1.5'],
  ['{ expression: "a.split(\',\')" }', 'x,y', '["x","y"]'],
]

for (const [line, value, cell, type] of CASES)
  test(`${line}${type ? ` in ${type}` : ''}: ${String(value)} is ${String(cell)}`, () => {
    assert.deepEqual(given(line, { a: value }, type), cell)
  })

test('columns are put together without those that are NULL, and reached under any name', () => {
  const row = { first: 'Jane', middle: null, 'last name': 'Smith' }
  assert.equal(given('{ concat: [first, middle, last name], separator: " " }', row), 'Jane Smith')
  assert.equal(given(`{ expression: 'row["last name"] + ", " + first' }`, row), 'Smith, Jane')
})
