/** What a rollback would do to one table, and what is to be said of it beforehand. */
import { showName } from './name-text.ts'
import type { RollbackScope, RollbackTable } from './rollback.ts'

/** A table of a run as it stands now. */
export interface TableFacts {
  name: string
  /** `schema.name` in the target. */
  target: string
  /** The run makes it, in contrast to one that was there and stays. */
  made: boolean
  there: boolean
  rows: number
  /** Rows that the run wrote, as their transactions tell; 0 where `unknown`. */
  own: number
  /** Why they do not tell. */
  unknown?: string
  /** By the ledger: rows that the run wrote, and rows that were there before it. */
  written: number
  before: number
  /** Rows of those before that the run wrote over; absent: none. */
  over?: Overwritten
  /** Rows may have been there before it, and nobody noted how many. */
  unnoted?: true
  /** Rows that somebody noted before the run, also of a table that was replaced; null: nobody did. */
  noted: number | null
  /** The old table was dropped, with the consent to that. */
  dropped?: true
  /** Set where digests were compared: the rows are those that the run wrote. */
  same?: boolean
  /** Rows that the condition of the scope leaves of those that the run wrote. */
  narrowed?: number
}

/** Rows that were there and that a run wrote over. */
export interface Overwritten {
  rows: number
  /** Of these: as the run wrote them, and changed by somebody since. The others are not there any more. */
  restorable: number
  overruled: number
}

export interface Judged {
  table: RollbackTable
  refusals: string[]
  warnings: string[]
}

/** How a table's rows are taken: all of them, those of the run, or none, with the reason. */
export type Taking = 'every' | 'own' | { refused: string }

/** What goes of a table that stays; `refused` where rows of others could go with it. */
export function takingOf(facts: TableFacts, scope: RollbackScope): Taking {
  const { made, rows, own, written, unknown, before, unnoted, same, over } = facts
  if (written === 0 && !(made && scope.kind === 'data')) return 'own'
  if (over) return takingBeside(facts, over)
  if (made && scope.kind === 'data') return 'every'
  const only = rows === written && before === 0 && !unnoted
  if (unknown !== undefined) return only || same ? 'every' : { refused: untold(facts, unknown) }
  if (own > written) return { refused: untold(facts, `${own} rows bear the numbers of its transactions`) }
  if (own === rows && scope.where === undefined) return 'every'
  if (own === 0 && same) return 'every'
  if (own === 0 && rows > before)
    return { refused: untold(facts, 'the table was rewritten since, or each of them was changed') }
  return 'own'
}

/** Rows of others are among those that it wrote: never may all of them go. */
function takingBeside(facts: TableFacts, { restorable, overruled }: Overwritten): Taking {
  const { own, written, unknown } = facts
  if (unknown !== undefined) return { refused: untold(facts, unknown) }
  if (own > written) return { refused: untold(facts, `${own} rows bear the numbers of its transactions`) }
  if (own === 0 && restorable + overruled > 0)
    return { refused: untold(facts, 'the table was rewritten since, or each of them was changed') }
  return 'own'
}

const untold = ({ target, written, rows }: TableFacts, why: string) =>
  `table ${showName(target)} has ${rows} rows, ${written} of which this run wrote, and they cannot be told from others: ${why}. Delete them by hand, or move the others elsewhere`

/** What the check says of a table. */
export function judge(facts: TableFacts, scope: RollbackScope): Judged {
  const { name, target, made, there, rows, written, noted } = facts
  const lost = lostOf(facts, scope)
  const taking = takingOf(facts, scope)
  const stays = !(made && scope.kind === 'all')
  const refusals = there && stays && typeof taking === 'object' ? [taking.refused] : []
  const table = { name, target, written, rows, before: noted, goes: goesOf(facts, scope), lost }
  return {
    table: { ...table, changed: isChanged(facts) },
    refusals,
    warnings: [...droppedOf(facts, scope), ...warningsOf(facts, lost)],
  }
}

function droppedOf({ dropped, target }: TableFacts, { kind }: RollbackScope): string[] {
  return dropped && kind === 'all'
    ? [
        `NO WAY BACK for table ${showName(target)}: the run dropped the old table with its rows, as --backup none and the consent no-way-back said. Nothing brings it back, and the rollback leaves no such table`,
      ]
    : []
}

function goesOf(facts: TableFacts, scope: RollbackScope): number {
  const { made, rows, own, narrowed, written, unknown, same, over } = facts
  if (made && scope.kind !== 'rows') return rows
  if (over) return narrowed ?? Math.max(0, own - over.restorable)
  if (same && narrowed === undefined) return rows
  return narrowed ?? (unknown === undefined ? own : Math.min(rows, written))
}

/** Rows that the run did not write, or did not write like this, and that go with a table that is made by it. */
function lostOf(facts: TableFacts, { kind }: RollbackScope): number {
  const { made, same, rows, own, written, unknown, over } = facts
  if (over) return over.overruled
  if (!made || kind === 'rows' || same) return 0
  return unknown === undefined ? rows - own : Math.max(0, rows - written)
}

/** Rows that were there before and that it did not write over. */
const untouched = ({ before, over }: TableFacts) => before - (over?.rows ?? 0)

/** A row that somebody updates bears a transaction of theirs from then on. */
function isChanged(facts: TableFacts): boolean {
  const { same, rows, own, written, unknown, there } = facts
  if (!there) return written > 0
  if (same) return false
  return rows !== untouched(facts) + written || (unknown === undefined ? own !== written : same === false)
}

function warningsOf(facts: TableFacts, lost: number): string[] {
  const { target, there, made, rows, own, written, unknown, same, over } = facts
  const table = `table ${showName(target)}`
  if (!there) return written > 0 ? [`${table} is not there any more, and ${written} rows with it`] : []
  if (same) return []
  const others = rows - untouched(facts) - (unknown === undefined ? own : written)
  const missing = unknown === undefined ? written - own : Math.max(0, written - rows)
  return [
    ...(over
      ? [
          `${table}: ${over.restorable + over.overruled} row(s) that the run wrote over get their old values back`,
        ]
      : []),
    ...(lost > 0 ? [`${table}: ${lost} row(s) that others wrote or changed since would be lost`] : []),
    ...(missing > 0 && rows > 0
      ? [`${table}: ${missing} row(s) that this run wrote were changed or deleted since`]
      : []),
    ...(!made && others > 0 ? [`${table}: ${others} row(s) that others wrote or changed since stay`] : []),
    ...(!made && others < 0 ? [`${table}: ${-others} row(s) that were there before were deleted since`] : []),
    ...(made && same === false && lost === 0 ? [`${table}: its rows are not those that this run wrote`] : []),
  ]
}
