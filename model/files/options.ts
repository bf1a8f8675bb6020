/** How files are read and written, as far as the user said; what is absent is found out, or as usual. */
export const FILE_FORMATS = ['csv', 'json', 'jsonl', 'xlsx', 'sql', 'dump'] as const
/** `sql`: statements in text · `dump`: an archive of `pg_dump -Fc`, which is only read. */
export type FileFormat = (typeof FILE_FORMATS)[number]

/** JSON: one array of rows · a row a line · one object with an array for each table. */
export const JSON_SHAPES = ['array', 'lines', 'tables'] as const
export type JsonShape = (typeof JSON_SHAPES)[number]

export const SQL_DIALECTS = ['sqlite', 'postgres'] as const
export type SqlDialect = (typeof SQL_DIALECTS)[number]

export interface FileOptions {
  /** CSV: one character between fields; absent: found in the first lines, `,` when written. */
  delimiter?: string
  /** CSV: the character around fields; absent: `"`. */
  quote?: string
  /** CSV: whether the first line has names; absent: it has. */
  header?: boolean
  /** A name such as `utf-8`, `iso-8859-1`, `windows-1252`, `utf-16le`; absent: found out, UTF-8 when written. */
  encoding?: string
  /** CSV: how NULL is spelled; absent: an empty field without quotes, while `""` is an empty text. */
  null?: string
  /** JSON, when written. */
  shape?: JsonShape
  /** XLSX, when written: a table of which each row, with the rows that belong to it, gets a workbook of its own. */
  per?: string
  /** SQL, when written. */
  dialect?: SqlDialect
  /** Texts that a spreadsheet would compute are written with an apostrophe before them. */
  escapeFormulas?: true
  /** The files go into a folder of their own in it, named by the time at which the run began. */
  dated?: true
  /** A server for a database that an archive is restored into, while it is read; absent: the target's. */
  scratch?: string
}
