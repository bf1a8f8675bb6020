/** The names that SQLite gives to the columns of a view or of a query in FROM (`sqlite3ColumnsFromExprList`). */

/** Names that are there already get `:1`, `:2` behind them; `true` and `false` give way to `columnN`. */
export function uniqueNames(wanted: readonly string[]): string[] {
  const taken = new Set<string>()
  return wanted.map((name, i) => {
    const free = freeName(/^(true|false)$/i.test(name) ? `column${i + 1}` : name, taken)
    taken.add(foldCase(free))
    return free
  })
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(foldCase(name))) return name
  const stem = name.replace(/(?<=.):\d*$/s, '')
  for (let count = 1; ; count++) {
    const candidate = `${stem}:${count}`
    if (!taken.has(foldCase(candidate))) return candidate
  }
}

/** As SQLite compares names: ASCII letters have no case, all others do. */
export function foldCase(name: string): string {
  return name.replace(/[A-Z]/g, letter => letter.toLowerCase())
}

export function sameName(a: string, b: string): boolean {
  return foldCase(a) === foldCase(b)
}
