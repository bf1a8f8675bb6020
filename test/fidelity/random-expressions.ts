/** Defaults, conditions and expressions as SQL of SQLite. */
import fc from 'fast-check'

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
