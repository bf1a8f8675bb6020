/** Orders in force, as people read them. */
import { count } from './amounts.ts'
import type { Orders } from './control.ts'
import { showName } from './name-text.ts'

/** A line for each order that holds a run or slows it down; none where it goes as planned. */
export function ordersLines(orders: Orders): string[] {
  const { paused, pausedTables, skippedTables, rowsPerSecond, concurrency } = orders
  return [
    ...(paused ? ['paused'] : []),
    ...pausedTables.map(table => `${tableText(table)} paused`),
    ...skippedTables.map(table => `${tableText(table)} skipped`),
    ...(rowsPerSecond === undefined ? [] : [`at most ${rateText(rowsPerSecond)}`]),
    ...(concurrency === undefined ? [] : [lanesText(concurrency)]),
  ]
}

export const rateText = (rowsPerSecond: number): string => `${count(rowsPerSecond, 'row')}/s`

export const lanesText = (concurrency: number): string => count(concurrency, 'lane')

/** `table users`, and odd names in quotes. */
export const tableText = (table: string): string => `table ${showName(table)}`

/** `tables a, b and 3 more`: what is told of many. */
export function tablesText(tables: readonly string[]): string {
  if (tables.length === 1) return tableText(tables[0]!)
  const shown = tables.slice(0, 5).map(showName).join(', ')
  return `tables ${shown}${tables.length > 5 ? ` and ${tables.length - 5} more` : ''}`
}
