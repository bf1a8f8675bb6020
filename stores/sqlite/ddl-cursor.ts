/** Walks over the tokens of one CREATE statement. */
import { Failure } from '../../model/failure.ts'
import { Cursor as SqlCursor } from '../../model/sqlite-sql/cursor.ts'

/** SQLite has read this text before, so what the cursor cannot read is a defect of longhaul's. */
export class Cursor extends SqlCursor {
  /** The text between the parentheses that begin here, without a comment at its end: it may last to its line's. */
  group(): string {
    const open = this.token
    this.expectOperator('(')
    let depth = 1
    for (;;) {
      const last = this.lastEnd
      const token = this.next()
      if (token.kind === 'end') this.fail()
      if (token.kind !== 'operator') continue
      if (token.value === '(') depth++
      if (token.value === ')' && --depth === 0) return this.text.slice(open.end, last).trim()
    }
  }

  override fail(): never {
    throw new Failure({
      code: 'internal',
      message: `a definition in the source has a form that longhaul cannot read (at character ${this.token.start})`,
      remedy: 'Report this with the output of: sqlite3 FILE .schema',
    })
  }
}
