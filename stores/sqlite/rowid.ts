/** The ends of SQLite's row numbers: 64 bits, signed. */
export const MIN_ROWID = -(2n ** 63n)
export const MAX_ROWID = 2n ** 63n - 1n
