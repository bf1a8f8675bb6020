/** What a comparison tells of a table. */
import { locatedText } from './located.ts'
import type { TableResult } from './run.ts'

/** What is not equal in it, a sentence each; empty where source and target are the same. */
export function comparisonLines({
  name,
  verdict,
  error,
  read,
  counted,
  quarantined,
  located,
}: TableResult): string[] {
  const different =
    error ?? `table "${name}": ${read} rows in the source, ${counted} in the target, digests differ`
  return [
    ...(verdict === 'equal' ? [] : [different]),
    ...(located ? [`table "${name}": ${locatedText(located)}`] : []),
    ...(quarantined > 0
      ? [`table "${name}": ${quarantined} row(s) of the source do not fit the plan and were not compared`]
      : []),
  ]
}

/** Columns that would not come back as they were. Both sides may be equal all the same: it is another spelling of the same value. */
export const returnLines = ({ name, returned = [] }: TableResult): string[] =>
  returned.map(column => `table "${name}": "${column.name}" would not come back as it was: ${column.why}`)
