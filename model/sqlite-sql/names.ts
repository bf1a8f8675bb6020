/** Names as SQLite compares them (`sqlite3StrICmp`): ASCII letters have no case, all others do. */

/** The same text for all spellings of a name. */
export function foldName(name: string): string {
  return name.replace(/[A-Z]+/g, letters => letters.toLowerCase())
}

/** Whether two spellings are one name. */
export function sameName(a: string, b: string): boolean {
  return foldName(a) === foldName(b)
}

/** What the row number is called where no column has such a name (https://sqlite.org/lang_createtable.html#rowid). */
export const ROW_NUMBERS: readonly string[] = ['rowid', '_rowid_', 'oid']

export function isRowNumber(name: string): boolean {
  return ROW_NUMBERS.includes(foldName(name))
}
