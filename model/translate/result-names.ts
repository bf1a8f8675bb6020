/** The names that SQLite gives to the columns of a view or of a query in FROM (`sqlite3ColumnsFromExprList`). */
import { foldName } from '../sqlite-sql/names.ts'

/** Names that are there already get `:1`, `:2` behind them; `true` and `false` give way to `columnN`. */
export function uniqueNames(wanted: readonly string[]): string[] {
  const taken = new Set<string>()
  return wanted.map((name, i) => {
    const free = freeName(/^(true|false)$/i.test(name) ? `column${i + 1}` : name, taken)
    taken.add(foldName(free))
    return free
  })
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(foldName(name))) return name
  const stem = name.replace(/(?<=.):\d*$/s, '')
  for (let count = 1; ; count++) {
    const candidate = `${stem}:${count}`
    if (!taken.has(foldName(candidate))) return candidate
  }
}
