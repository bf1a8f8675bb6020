/** The verbs of PostgreSQL → PostgreSQL: those of SQLite → PostgreSQL that work on the target alone, and its own. */
import { sqliteToPostgres } from '../from-sqlite.ts'
import { openLedger } from './open-ledger.ts'

const { prepareWayBack, dumpTarget, noteOrders, leaveOut, present } = sqliteToPostgres

export const carry = { openLedger, prepareWayBack, dumpTarget, noteOrders, leaveOut, present }
