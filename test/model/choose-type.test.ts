import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ColumnFacts } from '../../model/assessment.ts'
import { chooseType } from '../../model/choose-type.ts'
import { fits } from '../../model/fits.ts'
import { parseType, showType } from '../../model/type-text.ts'
import { facts } from './world.ts'

const integers = (min: number | string, max: number | string): ColumnFacts =>
  facts({ counts: { integer: 9 }, integers: [min, max] })
const texts = (formats: ColumnFacts['formats'], textChars = 9): ColumnFacts =>
  facts({ counts: { text: 9 }, formats, longest: { textBytes: textChars, textChars } })
const NOTHING = facts({})
const REALS = facts({ counts: { real: 9 } })
const BLOBS = facts({ counts: { blob: 9 }, longest: { blobBytes: 16 } })
const MIXED = facts({
  counts: { integer: 3, text: 1 },
  integers: [1, 3],
  longest: { textBytes: 3, textChars: 3 },
})
const BLOB_AND_TEXT = facts({ counts: { blob: 1, text: 1 } })
const NUL = facts({ counts: { text: 2 }, unfit: { nul: 1 } })
const BROKEN = facts({ counts: { text: 2 }, unfit: { invalidUtf8: 1 } })
const INFINITE = facts({ counts: { real: 2 }, finite: false })

/** Declaration, values, the type that comes out, and the code of the finding if there is one. */
const INFERRED: [string, ColumnFacts, string, string?][] = [
  ['INTEGER', NOTHING, 'bigint'],
  ['INT', integers('-9223372036854775808', '9223372036854775807'), 'bigint'],
  ['UNSIGNED BIG INT', integers(0, 3_000_000_000), 'bigint'],
  ['INTEGER', REALS, 'numeric', 'values-unlike-declared'],
  ['INTEGER', MIXED, 'text', 'values-unlike-declared'],
  ['INTEGER', texts(['decimal'], 40), 'numeric', 'values-unlike-declared'],
  ['INTEGER', BLOBS, 'bytea', 'values-unlike-declared'],
  ['BOOLEAN', integers(0, 1), 'boolean'],
  ['bool', NOTHING, 'boolean'],
  ['BOOLEAN', integers(0, 2), 'bigint', 'values-unlike-declared'],
  ['BOOLEAN', texts([]), 'text', 'values-unlike-declared'],
  ['REAL', REALS, 'double precision'],
  ['FLOAT', integers(0, 2 ** 53), 'double precision'],
  ['DOUBLE PRECISION', integers(0, '9007199254740993'), 'numeric', 'values-unlike-declared'],
  ['REAL', INFINITE, 'double precision'],
  ['NUMERIC', facts({ counts: { integer: 1, real: 1 }, integers: [1, 1] }), 'numeric'],
  ['DECIMAL(10,2)', integers(-99_999_999, 99_999_999), 'numeric(10,2)'],
  ['DECIMAL(10,2)', integers(0, 100_000_000), 'numeric', 'values-unlike-declared'],
  ['DECIMAL(10,2)', REALS, 'numeric', 'values-unlike-declared'],
  [
    'DECIMAL(10, 2)',
    facts({ counts: { real: 9 }, decimals: { integerDigits: 8, scale: 2 } }),
    'numeric(10,2)',
  ],
  [
    'DECIMAL(10,2)',
    facts({ counts: { real: 9 }, decimals: { integerDigits: 8, scale: 3 } }),
    'numeric',
    'values-unlike-declared',
  ],
  ['NUMERIC', texts(['decimal']), 'numeric'],
  ['NUMERIC', texts([]), 'text', 'values-unlike-declared'],
  ['NUMERIC', INFINITE, 'numeric', 'not-finite'],
  ['VARCHAR(10)', texts([], 10), 'varchar(10)'],
  ['VARCHAR(10)', texts([], 11), 'text', 'values-unlike-declared'],
  ['NATIVE CHARACTER(70)', NOTHING, 'varchar(70)'],
  ['CHAR(99999999)', NOTHING, 'text'],
  ['TEXT', texts(['json']), 'text'],
  ['TEXT', texts(['uuid']), 'text'],
  ['CLOB', texts(['inet']), 'text'],
  ['TEXT', BLOBS, 'bytea', 'values-unlike-declared'],
  ['TEXT', BLOB_AND_TEXT, 'text', 'blobs-among-values'],
  ['TEXT', NUL, 'text', 'nul-in-text'],
  ['TEXT', BROKEN, 'text', 'invalid-utf8'],
  ['BLOB', BLOBS, 'bytea'],
  ['BLOB', texts([]), 'text', 'values-unlike-declared'],
  ['VARBINARY(16)', NOTHING, 'bytea'],
  ['DATETIME', texts(['timestamp']), 'timestamp'],
  ['DATETIME', texts(['timestamptz']), 'timestamptz', 'offset-becomes-utc'],
  ['TIMESTAMP', texts([]), 'text', 'values-unlike-declared'],
  ['TIMESTAMP', texts(['date']), 'date', 'values-unlike-declared'],
  ['TIMESTAMP', integers(0, 1_700_000_000), 'bigint', 'epoch-as-integer'],
  ['DATETIME', REALS, 'double precision', 'values-unlike-declared'],
  ['TIMESTAMP WITH TIME ZONE', texts(['timestamp']), 'timestamp', 'values-unlike-declared'],
  ['TIMESTAMPTZ', NOTHING, 'timestamptz'],
  ['timestamp(6) with time zone', NOTHING, 'timestamptz'],
  ['DATE', texts(['date']), 'date'],
  ['DATE', texts(['timestamp']), 'timestamp', 'values-unlike-declared'],
  ['DATE', integers(0, 20_000), 'bigint', 'epoch-as-integer'],
  ['TIME', texts(['time']), 'time'],
  ['TIME', integers(0, 86_399), 'bigint', 'epoch-as-integer'],
  ['JSON', texts(['json']), 'jsonb'],
  ['JSONB', texts([]), 'text', 'values-unlike-declared'],
  ['JSON', MIXED, 'text', 'values-unlike-declared'],
  ['UUID', texts(['uuid']), 'uuid'],
  ['UUID', texts(['uuid-hex']), 'uuid'],
  ['UUID', BLOBS, 'bytea', 'values-unlike-declared'],
  ['INET', texts(['inet']), 'inet'],
  ['INET', texts([]), 'text', 'values-unlike-declared'],
  ['', NOTHING, 'text'],
  ['', integers(1, 2), 'bigint'],
  ['', REALS, 'double precision'],
  ['', facts({ counts: { integer: 1, real: 1 }, integers: [1, 1] }), 'numeric'],
  ['', texts(['timestamp']), 'text'],
  ['', MIXED, 'text'],
  ['', BLOBS, 'bytea'],
  ['', BLOB_AND_TEXT, 'text', 'blobs-among-values'],
  ['STRING', integers(1, 2), 'bigint'],
  ['', INFINITE, 'double precision'],
]

test('the narrowest type that holds every value, guided by the declaration', async t => {
  for (const [declared, values, wanted, code] of INFERRED) {
    await t.test(`${declared || 'nothing declared'} with ${describe(values)} → ${wanted}`, () => {
      const column = { name: 'c', declared, notNull: false }
      const { type, findings } = chooseType('t', column, values, 'inferred')
      assert.equal(showType(type), wanted)
      assert.deepEqual(
        findings.map(finding => finding.code),
        code ? [code] : [],
      )
      const refused = findings.some(({ severity }) => severity === 'refused')
      assert.equal(fits(type, values) !== undefined, refused, 'what is not refused must fit')
    })
  }
})

test('by declaration only: values that do not fit are refused, and the remedy names a type that holds them', () => {
  const column = { name: 'c', declared: 'INTEGER', notNull: false }
  const { type, findings } = chooseType('t', column, REALS, 'declared')
  assert.equal(showType(type), 'bigint')
  assert.equal(findings[0]?.severity, 'refused')
  assert.match(
    findings[0]?.remedy ?? '',
    /tables: \{ t: \{ columns: \{ c: \{ type: double precision \} \} \} \}/,
  )
})

/** Type, values, and whether they fit. */
const FITS: [string, ColumnFacts, boolean][] = [
  ['jsonb', texts(['json']), true],
  ['jsonb', texts([]), false],
  ['jsonb', integers(1, 1), false],
  ['uuid', texts(['uuid']), true],
  ['uuid', texts(['uuid-hex']), true],
  ['uuid', BLOBS, false],
  ['inet', texts(['inet']), true],
  ['boolean', integers(0, 1), true],
  ['boolean', integers(-1, 1), false],
  ['smallint', integers(-32_768, 32_767), true],
  ['smallint', integers(0, 32_768), false],
  ['integer', integers(0, 2_147_483_648), false],
  ['real', integers(0, 2 ** 24), true],
  ['real', REALS, false],
  ['varchar(3)', texts([], 3), true],
  ['varchar(3)', integers(-100, 100), false],
  ['varchar(4)', integers(-100, 100), true],
  ['varchar(9)', REALS, false],
  ['varchar(24)', REALS, true],
  ['text', INFINITE, false],
  ['numeric(5,2)', integers(-999, 999), true],
  ['numeric(5,2)', integers(0, 1000), false],
  ['numeric(5,2)', REALS, false],
  ['timestamptz', texts(['timestamp']), false],
  ['timestamp', texts(['timestamptz']), false],
  ['bytea', texts([]), false],
  ['date', facts({ counts: { null: 9 } }), true],
]

test('what the facts cannot prove does not fit', async t => {
  for (const [name, values, wanted] of FITS) {
    await t.test(`${name} ${wanted ? 'holds' : 'does not hold'} ${describe(values)}`, () => {
      const reason = fits(parseType(name)!, values)
      assert.equal(reason === undefined, wanted, reason)
    })
  }
})

test('types are read as PostgreSQL spells them, and print back', () => {
  for (const name of [
    'boolean',
    'smallint',
    'integer',
    'bigint',
    'real',
    'double precision',
    'numeric',
    'text',
  ]) {
    assert.equal(showType(parseType(name)!), name)
  }
  for (const name of [
    'numeric(10,2)',
    'varchar(40)',
    'bytea',
    'date',
    'time',
    'timestamp',
    'timestamptz',
    'jsonb',
  ]) {
    assert.equal(showType(parseType(name)!), name)
  }
  assert.equal(showType(parseType('  Timestamp  WITH time zone ')!), 'timestamptz')
  assert.equal(showType(parseType('DECIMAL( 5 )')!), 'numeric(5,0)')
  for (const wrong of [
    '',
    'toString',
    'varchar(0)',
    'text(5)',
    'numeric(2,3)',
    'numeric(1001)',
    'int(11)',
    'money',
  ]) {
    assert.equal(parseType(wrong), undefined, wrong)
  }
})

function describe({ counts, integers: range, formats, decimals }: ColumnFacts): string {
  const present = Object.entries(counts).filter(([, count]) => count > 0)
  const words = present.map(([name, count]) => `${count} ${name}`).join(' and ') || 'no values'
  return [words, range && `${range.min} to ${range.max}`, ...formats, decimals && `scale ${decimals.scale}`]
    .filter(Boolean)
    .join(', ')
}
