/** Subtransactions by their numbers: rows show that of their own as xmin, and not that of the transaction around it. */

/** Numbers of transactions in rows begin again here; a subtransaction's is always above the one around it. */
const WRAP = '4294967296'

/**
 * The whole number of a subtransaction (SQL, decimal text of an xid8).
 *
 * @param low SQL: its 32 bits as a row shows them, as bigint
 * @param outer SQL: the number of the transaction around it, as bigint
 */
export const wholeNumber = (low: string, outer: string): string =>
  `(${outer} - ${outer} % ${WRAP} + ${low} + CASE WHEN ${low} < ${outer} % ${WRAP} THEN ${WRAP} ELSE 0 END)::text`
