/**
 * The number format of a cell that longhaul writes says what SQLite had there, so that a cell is what it looks like and still comes
 * back as what it was. A text section (the fourth) shows texts: these formats differ in what they show for numbers, which are never
 * written under them.
 */
export const MARKS = {
  integer: '0',
  /** Also what a cell without a style has. */
  real: 'General',
  text: '@',
  /** An INTEGER of more digits than a spreadsheet keeps, as text. */
  digits: '0;-0;0;@',
  /** A REAL that a spreadsheet has no number for, as text. */
  float: '0.0;-0.0;0.0;@',
  /** A BLOB in hex; shown as SQL writes it. */
  blob: `;;;"x'"@"'"`,
  /** A text with an apostrophe before it, which is not part of it. */
  escaped: ';;;@',
  /** The three that go on in the next cell to the right of the table. */
  moreText: ';;;@" ..."',
  moreBlob: `;;;"x'"@" ..."`,
  moreEscaped: ';;;@"  ..."',
} as const

export type Mark = keyof typeof MARKS

/**
 * One spelling for all that mean the same: spreadsheets write `\-` for `-` and `"T"` or `\T` for a letter that stands for itself, and
 * letters large or small, when they save a workbook again.
 */
export const canonicalCode = (code: string): string =>
  code.replace(
    /"([^"]*)"|\\(.)|[^"\\]+/g,
    (all, quoted?: string, escaped?: string) => literal(quoted ?? escaped) ?? all.toLowerCase(),
  )

/** Letters, digits and signs that mean something by themselves are marked as what they are. */
const literal = (text: string | undefined): string | undefined =>
  text?.replace(/[A-Za-z0-9.,;@#?*_]/g, '\\$&')

const MARK_OF = new Map(Object.entries(MARKS).map(([mark, code]) => [canonicalCode(code), mark as Mark]))

/** @param code canonical */
export const markOf = (code: string): Mark | undefined => MARK_OF.get(code)

/** How decimals of a declared scale are shown; read back, whole ones are INTEGER, as NUMERIC columns have them. */
export const decimalsCode = (scale: number): string => `0.${'0'.repeat(scale)}`

export const isDecimalsCode = (code: string): boolean => /^0\.0+$/.test(code)
