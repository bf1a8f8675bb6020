/** One object of a database as `pg_dump` describes it: an entry of its archive's table of contents. */
export interface DumpEntry {
  /** Number in the archive; others name it in `needs`. */
  id: number
  /** What `pg_dump` calls it, as in `TABLE`, `FK CONSTRAINT`, `COMMENT`. */
  kind: string
  /** Empty where it is in none. */
  schema: string
  /** As in `orders`, `orders orders_pkey`, `total(integer)`, `COLUMN orders.id`. */
  name: string
  /** Before the rows, with them, after them; `none`: as what it belongs to. */
  section: 'none' | 'pre' | 'data' | 'post'
  /** Its statements; empty where it has none. */
  sql: string
  /** What drops it; empty where it goes with another. */
  drop: string
  owner: string
  /** Where it does not lie in the database's own. */
  tablespace: string
  /** Access method of a table; empty: it has none. */
  method: string
  /** Those that must be there before it. */
  needs: number[]
}
