/** What random databases are made of: names, declarations, values, expressions, all as SQL of SQLite. */
import fc from 'fast-check'

const NAMES = [
  ...['a', 'b', 'c', 'x', 'id', 'name', 'order', 'select', 'user', 'table', 'primary', 'Upper', 'MixedCase'],
  ...[
    'two words',
    ' lead',
    'trail ',
    '',
    'quo"te',
    "apos'trophe",
    'back`tick',
    '[bracket]',
    'a.b',
    'a;b',
    '--',
    '/*',
  ],
  ...[
    '$1',
    '%s',
    '%',
    '\\',
    '\\n',
    'tab\there',
    'line\nbreak',
    '?',
    ':x',
    '@x',
    '#',
    '123',
    '1a',
    'null',
    'true',
  ],
  ...[
    'ctid',
    'xmin',
    'tableoid',
    'oid',
    'rowid',
    '_rowid_',
    'new',
    'old',
    'excluded',
    'value',
    'public',
    'pg_class',
  ],
  ...[
    'Ünal',
    'é',
    'e\u0301',
    'ı',
    'İ',
    'ß',
    'ς',
    '日本語',
    'عربى',
    '🦄',
    '👨‍👩‍👧',
    '\u200b',
    '\ufeff',
    '\u00a0',
  ],
  ...[
    'n'.repeat(63),
    'n'.repeat(64),
    `${'n'.repeat(70)}1`,
    `${'n'.repeat(70)}2`,
    'é'.repeat(32),
    '日'.repeat(22),
  ],
  ...[
    't_pkey',
    'a_key',
    't_a_key',
    'a_check',
    't_id_seq',
    'longhaul',
    'current_user',
    'constructor',
    '__proto__',
  ],
]

/** A name as it is quoted in the source; most of them are kept by PostgreSQL. */
export const anyName = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...NAMES) },
  {
    weight: 1,
    arbitrary: fc
      .string({ unit: 'binary', maxLength: 12 })
      .filter(name => !name.includes('\0') && name.isWellFormed() && !/^sqlite_/i.test(name)),
  },
)

/** Different in SQLite's eyes, which do not see the case of A to Z. */
export const someNames = (minLength: number, maxLength: number) =>
  fc.uniqueArray(anyName, {
    minLength,
    maxLength,
    selector: name => name.replace(/[A-Z]/g, letter => letter.toLowerCase()),
  })

export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`

const NUMBERS = [
  '0',
  '1',
  '2',
  '-1',
  '42',
  '-7',
  '255',
  '32767',
  '65536',
  '2147483648',
  '-2147483649',
  '3000000000',
]
const WIDE = ['9007199254740991', '9007199254740993', '-9007199254740993', '9223372036854775807']
const WIDEST = [...WIDE, '-9223372036854775808', '4611686018427387904']
const REALS = [
  '0.0',
  '-0.0',
  '1.5',
  '-2.25',
  '0.1',
  '3.141592653589793',
  '1e15',
  '1e16',
  '123456789.123456789',
]
const STRANGE = [
  '9e999',
  '-9e999',
  '5e-324',
  '2.2250738585072014e-308',
  '1.7976931348623157e308',
  '1e23',
  '1e-7',
]
const TEXTS = [
  ...[
    "''",
    "' '",
    "'a'",
    "'A'",
    "'abc'",
    "'ABC'",
    "'a '",
    "'ß'",
    "'É'",
    "'e\u0301'",
    "'日本語'",
    "'🦄'",
    "'عربى'",
  ],
  ...[
    "'it''s'",
    "'a\"b'",
    "'back\\slash'",
    "'\\N'",
    "'\\.'",
    "'tab\there'",
    "'line\nbreak'",
    "'cr\r\nlf'",
    "'\u200b'",
  ],
  ...[
    "'N/A'",
    "'null'",
    "'true'",
    "'NaN'",
    "'\ufeffbom'",
    "printf('%.3000c', 'x')",
    'char(0x10ffff)',
    'char(1)',
  ],
]
const DAMAGED = ['char(97, 0, 98)', 'char(0)', "CAST(x'61ff62' AS TEXT)", "CAST(x'eda080' AS TEXT)"]
const NUMERALS = [
  ...[
    "'1'",
    "'-12'",
    "'007'",
    "'1.50'",
    "'+5'",
    "'1e3'",
    "' 12 '",
    "'0x1F'",
    "'1,000'",
    "'.5'",
    "'5.'",
    "'-0'",
  ],
  ...["'1234567890123456789012345678901234567890'", "'0.1234567890123456789012345678901234567890'"],
]
const BLOBS = [
  "x''",
  "x'00'",
  "x'ff00fe'",
  "x'616263'",
  'zeroblob(16)',
  'zeroblob(3000)',
  "x'00112233445566778899aabbccddeeff'",
]
const DATES = [
  "'2024-02-29'",
  "'1970-01-01'",
  "'9999-12-31'",
  "'0001-01-01'",
  "'0000-01-01'",
  "'2023-02-29'",
  "'2024-1-5'",
]
const TIMES = [
  "'12:34:56'",
  "'00:00:00'",
  "'23:59:59.999999'",
  "'24:00:00'",
  "'12:34'",
  "'23:59:60'",
  "'12:34:56.1234567'",
]
const MOMENTS = [
  ...[
    "'2024-01-31 12:34:56'",
    "'1969-12-31T23:59:59.5'",
    "'2024-02-29 00:00:00.123456'",
    "'0001-01-01 00:00:00'",
  ],
  ...["'2024-01-31 12:34'", "'2024-01-31'", "'9999-12-31 23:59:59.999999'", "'-0044-03-15 12:00:00'"],
]
const INSTANTS = ["'2024-01-31T12:34:56Z'", "'2024-01-31 12:34:56+00:00'", "'2024-01-31 12:34:56.25Z'"]
const OFFSETS = ["'2024-01-31T12:34:56+02:00'", "'1800-06-01 12:00:00-05:30'", "'2024-01-31 12:34:56+14:00'"]
const EPOCHS = ['0', '1700000000', '1700000000123', '2460341.5', '-1']
const JSONS = [
  ...[
    `'{"b": 1, "a": [true, null]}'`,
    "'[]'",
    "'{}'",
    "'null'",
    "'1'",
    `'"x"'`,
    `'{"n": 12345678901234567890}'`,
  ],
  ...[
    `'{"a": 1, "a": 2}'`,
    `'{"z": "\\u0000"}'`,
    `'{"s": "\\ud800"}'`,
    "'{broken'",
    `' {"é": "🦄"} '`,
    "'[1.10, 1e2]'",
  ],
]
const UUIDS = [
  "'550e8400-e29b-41d4-a716-446655440000'",
  "'550E8400E29B41D4A716446655440001'",
  "x'550e8400e29b41d4a716446655440000'",
]
const ADDRESSES = ["'10.0.0.1'", "'::1'", "'10.0.0.0/8'", "'2001:db8::1'", "'300.1.1.1'", "'fe80::1%eth0'"]

const POOLS: Record<string, readonly string[]> = {
  ...{
    NUMBERS,
    WIDEST,
    REALS,
    STRANGE,
    TEXTS,
    DAMAGED,
    NUMERALS,
    BLOBS,
    DATES,
    TIMES,
    MOMENTS,
    INSTANTS,
    OFFSETS,
  },
  ...{ EPOCHS, JSONS, UUIDS, ADDRESSES, BOOLEANS: ['0', '1'], NONE: ['NULL'] },
}

/** Declarations, each with the pools that its values mostly come from. */
const DECLARED: readonly [string, (keyof typeof POOLS)[]][] = [
  ['INTEGER', ['NUMBERS']],
  ['INT', ['NUMBERS', 'WIDEST']],
  ['BIGINT', ['WIDEST']],
  ['TINYINT(1)', ['BOOLEANS']],
  ['UNSIGNED BIG INT', ['NUMBERS']],
  ['REAL', ['REALS']],
  ['DOUBLE PRECISION', ['REALS', 'STRANGE']],
  ['FLOAT', ['NUMBERS', 'REALS']],
  ['NUMERIC', ['NUMBERS', 'REALS', 'NUMERALS']],
  ['DECIMAL(10,2)', ['NUMBERS', 'REALS']],
  ['NUMERIC(40,20)', ['NUMERALS']],
  ['TEXT', ['TEXTS']],
  ['TEXT', ['TEXTS', 'NUMERALS', 'JSONS']],
  ['VARCHAR(5)', ['TEXTS']],
  ['CHAR(3)', ['TEXTS']],
  ['CLOB', ['TEXTS']],
  ['BLOB', ['BLOBS']],
  ['BLOB', ['BLOBS', 'TEXTS']],
  ['', ['NUMBERS', 'TEXTS']],
  ['', ['BLOBS', 'REALS']],
  ['', ['NUMBERS', 'REALS', 'WIDEST']],
  ['ANYTHING', ['NUMBERS']],
  ['BOOLEAN', ['BOOLEANS']],
  ['DATE', ['DATES']],
  ['TIME', ['TIMES']],
  ['DATETIME', ['MOMENTS']],
  ['TIMESTAMP', ['INSTANTS']],
  ['TIMESTAMP', ['MOMENTS', 'INSTANTS']],
  ['TIMESTAMPTZ', ['INSTANTS', 'OFFSETS']],
  ['DATETIME', ['EPOCHS']],
  ['JSON', ['JSONS']],
  ['UUID', ['UUIDS']],
  ['INET', ['ADDRESSES']],
]
const STRICT: typeof DECLARED = [
  ['INTEGER', ['NUMBERS', 'WIDEST']],
  ['REAL', ['REALS', 'NUMBERS']],
  ['TEXT', ['TEXTS', 'NUMERALS']],
  ['BLOB', ['BLOBS']],
  ['ANY', ['TEXTS', 'NUMBERS', 'REALS']],
]

export interface RandomType {
  declared: string
  /** Values as SQL. */
  values: readonly string[]
}

/** A declaration with values: mostly a few that suit it, sometimes all of its pools, sometimes any value at all. */
export const anyType = (strict: boolean): fc.Arbitrary<RandomType> =>
  fc
    .record({
      of: fc.constantFrom(...(strict ? STRICT : DECLARED)),
      few: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined, freq: 3 }),
      seed: fc.nat(1000),
      nulls: fc.boolean(),
      others: fc.oneof(
        { weight: 7, arbitrary: fc.constant('NONE') },
        { weight: 1, arbitrary: fc.constantFrom(...Object.keys(POOLS)) },
      ),
    })
    .map(({ of: [declared, pools], few, seed, nulls, others }) => {
      const all = pools.flatMap(pool => POOLS[pool]!)
      const chosen =
        few === undefined ? all : Array.from({ length: few }, (_, i) => all[(seed + i) % all.length]!)
      const misfit = POOLS[others]![seed % POOLS[others]!.length]!
      return {
        declared,
        values: [...chosen, ...(misfit === 'NULL' ? [] : [misfit]), ...(nulls ? ['NULL'] : [])],
      }
    })

export const anyDefault = fc.constantFrom(
  ...[
    '0',
    '1',
    '-1',
    '+5',
    '1.5',
    "''",
    "'x'",
    "'it''s'",
    'NULL',
    "x'00ff'",
    'TRUE',
    'FALSE',
    '"word"',
    'word',
  ],
  ...[
    'CURRENT_TIMESTAMP',
    'CURRENT_DATE',
    'CURRENT_TIME',
    "(datetime('now'))",
    '(hex(randomblob(16)))',
    "('[]')",
  ],
  ...[
    "(strftime('%s', 'now'))",
    '(1 + 2)',
    "('a' || 'b')",
    '(random())',
    "(julianday('now'))",
    '9e999',
    "'{}'",
  ],
)

/** Conditions over one column or two. */
export const anyCondition = fc.constantFrom<(a: string, b: string) => string>(
  a => `${a} IS NOT NULL`,
  a => `${a} > 0`,
  a => `length(${a}) < 4000`,
  a => `${a} IN (0, 1, 42, 'a', 'abc')`,
  a => `${a} <> ''`,
  a => `typeof(${a}) IN ('integer', 'null', 'text')`,
  a => `${a} LIKE 'a%' OR ${a} IS NULL`,
  a => `${a} BETWEEN -1000 AND 1000`,
  a => `${a} GLOB '*a*'`,
  (a, b) => `${a} < ${b} OR ${a} IS ${b}`,
  (a, b) => `coalesce(${a}, ${b}) IS NOT NULL`,
  (a, b) => `${a} = ${b} COLLATE NOCASE`,
  a => `json_valid(${a}) OR 1`,
  () => '1',
)

/** Expressions over one column or two that SQLite takes in indexes and generated columns. */
export const anyExpression = fc.constantFrom<(a: string, b: string) => string>(
  a => `lower(${a})`,
  a => `upper(${a})`,
  a => `length(${a})`,
  a => `${a} + 1`,
  a => `abs(${a})`,
  a => `trim(${a})`,
  a => `substr(${a}, 1, 3)`,
  a => `coalesce(${a}, 0)`,
  a => `coalesce(${a}, '')`,
  a => `json_extract(${a}, '$.a')`,
  a => `CASE WHEN ${a} IS NULL THEN 0 ELSE 1 END`,
  a => `CAST(${a} AS TEXT)`,
  a => `CAST(${a} AS INTEGER)`,
  a => `round(${a}, 1)`,
  a => `date(${a})`,
  a => `hex(${a})`,
  (a, b) => `${a} || ${b}`,
  (a, b) => `${a} || ' ' || ${b}`,
  (a, b) => `${a} + ${b}`,
  (a, b) => `${a} * ${b}`,
  (a, b) => `max(${a}, ${b})`,
  (a, b) => `${a} < ${b}`,
  (a, b) => `ifnull(${a}, ${b})`,
)
