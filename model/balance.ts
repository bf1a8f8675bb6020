/** The balance sheet of a table: whether its rows add up, and what of it the user is told. */
import { count } from './amounts.ts'
import { locatedText } from './located.ts'
import type { TableResult } from './run.ts'

type Counts = Pick<TableResult, 'read' | 'written' | 'skipped' | 'quarantined'>

/** What does not add up, in words; undefined where read = written + skipped + quarantined, and all is there. */
export function imbalance(expected: number, counts: Counts, counted: number): string | undefined {
  const { read, written, skipped, quarantined } = counts
  const miscount = miscounted(expected, read)
  if (miscount) return miscount
  if (read !== written + skipped + quarantined)
    return `${read} rows were read, but ${written} written, ${skipped} skipped and ${quarantined} in quarantine`
  if (counted !== written) return `${written} rows were written, and the target holds ${counted}`
  return undefined
}

/** Rows that the scan counted and the copy did not find, or the other way round. */
export function miscounted(expected: number, read: number): string | undefined {
  return read === expected ? undefined : `${expected} rows were counted in the source and ${read} read`
}

type Told = Pick<
  TableResult,
  'name' | 'verdict' | 'error' | 'expected' | 'counted' | 'quarantined' | 'located'
>

/** What of a table differs from its source, a sentence each; empty for a table that is whole. */
export function differencesOf(table: Told): string[] {
  const { name, verdict, error, expected, counted, quarantined, located } = table
  const lines: string[] = []
  if (error) lines.push(`table "${name}": ${error}`)
  else if (verdict !== 'equal')
    lines.push(`table "${name}": source and target differ (${expected} rows, ${counted} in the target)`)
  if (located) lines.push(`table "${name}": ${locatedText(located)}`)
  if (quarantined > 0) lines.push(`table "${name}": ${count(quarantined, 'row')} in quarantine`)
  return lines
}
