/** Names that are hard on one engine or the other. */
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
