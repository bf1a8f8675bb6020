/** The verbs of PostgreSQL → SQLite. */
export const intoSqlite = {}
