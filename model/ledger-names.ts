/** The names that longhaul keeps for its own records in the target. */

/** The schema of the ledger, where the role may make one. */
export const LEDGER_SCHEMA = 'longhaul'

/** What the ledger's tables are called; with the prefix where they stand in the target's own schema. */
export const LEDGER_TABLES = [
  'run',
  'step',
  'table_run',
  'chunk',
  'object',
  'quarantine',
  'control',
  'event',
  'before',
  'overwritten',
] as const
export const LEDGER_PREFIX = 'longhaul_'
/** Besides those, in a file of SQLite. */
const IN_FILES_ALONE = ['written']

/** Whether it is a table of a prefixed ledger, which never counts as user data. */
export function isLedgerTable(name: string): boolean {
  return [...LEDGER_TABLES, ...IN_FILES_ALONE].some(table => name === `${LEDGER_PREFIX}${table}`)
}
