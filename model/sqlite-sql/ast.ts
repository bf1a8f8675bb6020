/**
 * The syntax tree of SQLite's SQL (https://sqlite.org/lang.html): expressions, queries, and the statements that
 * may stand in a trigger. Names are as written, without quotes; keywords are in capitals. The tree says what
 * was written and nothing about what it means: a name is resolved by whoever translates it.
 */

export type Expression =
  /** `text` as written: `1`, `0x1F`, `.5e3`. */
  | { kind: 'number'; text: string }
  | { kind: 'string'; value: string }
  /** Hex digits. */
  | { kind: 'blob'; hex: string }
  | { kind: 'null' }
  | { kind: 'boolean'; value: boolean }
  | { kind: 'current'; what: 'CURRENT_TIMESTAMP' | 'CURRENT_DATE' | 'CURRENT_TIME' }
  /** `table` also where it is `NEW` or `OLD`; `quoted` names may be texts where no such column is (a quirk). */
  | { kind: 'column'; name: string; table?: string; schema?: string; quoted: boolean }
  | { kind: 'parameter'; text: string }
  | { kind: 'unary'; operator: '-' | '+' | '~' | 'NOT'; operand: Expression }
  | { kind: 'binary'; operator: BinaryOperator; left: Expression; right: Expression }
  | {
      kind: 'like'
      operator: 'LIKE' | 'GLOB' | 'REGEXP' | 'MATCH'
      not: boolean
      left: Expression
      right: Expression
      escape?: Expression
    }
  /** `operand IS NULL`, `ISNULL`; `NOTNULL`, `NOT NULL`, `IS NOT NULL`. */
  | { kind: 'is-null'; not: boolean; operand: Expression }
  | { kind: 'between'; not: boolean; operand: Expression; low: Expression; high: Expression }
  | { kind: 'in'; not: boolean; operand: Expression; list: Expression[] | Query | TableName }
  | { kind: 'exists'; not: boolean; query: Query }
  | { kind: 'subquery'; query: Query }
  /** `(a, b)`; a single expression in parentheses is that expression. */
  | { kind: 'row'; items: Expression[] }
  | {
      kind: 'case'
      operand?: Expression
      branches: { when: Expression; then: Expression }[]
      else?: Expression
    }
  | { kind: 'cast'; operand: Expression; type: string }
  | { kind: 'collate'; operand: Expression; collation: string }
  | FunctionCall
  | { kind: 'raise'; action: 'IGNORE' | 'ROLLBACK' | 'ABORT' | 'FAIL'; message?: Expression }

export type BinaryOperator =
  | 'OR'
  | 'AND'
  | '='
  | '<>'
  | 'IS'
  | 'IS NOT'
  | 'IS DISTINCT FROM'
  | 'IS NOT DISTINCT FROM'
  | '<'
  | '<='
  | '>'
  | '>='
  | '&'
  | '|'
  | '<<'
  | '>>'
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '||'
  | '->'
  | '->>'

export interface FunctionCall {
  kind: 'call'
  /** As written. */
  name: string
  distinct: boolean
  arguments: Expression[]
  /** `count(*)`. */
  star: boolean
  /** `ORDER BY` inside the call. */
  order?: Ordering[]
  filter?: Expression
  over?: Window | string
}

export interface Window {
  base?: string
  partition: Expression[]
  order: Ordering[]
  /** The frame as written from ROWS, RANGE or GROUPS on, tokens joined by one blank, in capitals. */
  frame?: string
}

export interface Ordering {
  expression: Expression
  descending: boolean
  nulls?: 'FIRST' | 'LAST'
}

export interface TableName {
  kind: 'table'
  name: string
  schema?: string
}

export interface Query {
  kind: 'query'
  with?: { recursive: boolean; tables: CommonTable[] }
  /** Joined by `operators`, which are one less. */
  bodies: (Select | Values)[]
  operators: ('UNION' | 'UNION ALL' | 'INTERSECT' | 'EXCEPT')[]
  order: Ordering[]
  limit?: Expression
  offset?: Expression
}

export interface CommonTable {
  name: string
  columns: string[]
  materialized?: boolean
  query: Query
}

export interface Select {
  kind: 'select'
  distinct: boolean
  columns: ResultColumn[]
  from?: Source
  where?: Expression
  group: Expression[]
  having?: Expression
  windows: { name: string; window: Window }[]
}

export interface Values {
  kind: 'values'
  rows: Expression[][]
}

/** `*`, `t.*`, or an expression; `text` is how it was written, which SQLite uses as name of the column. */
export type ResultColumn =
  | { kind: 'all'; table?: string }
  | { kind: 'expression'; expression: Expression; alias?: string; text: string }

export type Source =
  | { kind: 'table'; name: string; schema?: string; alias?: string; arguments?: Expression[] }
  | { kind: 'query'; query: Query; alias?: string }
  | {
      kind: 'join'
      type: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'CROSS'
      natural: boolean
      left: Source
      right: Source
      on?: Expression
      using?: string[]
    }

export interface CreateView {
  kind: 'view'
  name: string
  columns: string[]
  query: Query
}

export interface CreateTrigger {
  kind: 'trigger'
  name: string
  timing: 'BEFORE' | 'AFTER' | 'INSTEAD OF'
  event: 'INSERT' | 'UPDATE' | 'DELETE'
  /** Of `UPDATE OF`; empty: any. */
  columns: string[]
  table: string
  when?: Expression
  body: Statement[]
}

export type Statement = Insert | Update | Delete | Query

export type ConflictAction = 'ROLLBACK' | 'ABORT' | 'FAIL' | 'IGNORE' | 'REPLACE'

export interface Insert {
  kind: 'insert'
  table: string
  alias?: string
  /** `INSERT OR …`, `REPLACE`. */
  or?: ConflictAction
  columns: string[]
  query: Query
  upserts: Upsert[]
}

export interface Upsert {
  /** Empty: any conflict. */
  target: Ordering[]
  targetWhere?: Expression
  /** Absent: `DO NOTHING`. */
  set?: Assignment[]
  where?: Expression
}

export interface Assignment {
  columns: string[]
  value: Expression
}

export interface Update {
  kind: 'update'
  table: string
  alias?: string
  or?: ConflictAction
  set: Assignment[]
  from?: Source
  where?: Expression
}

export interface Delete {
  kind: 'delete'
  table: string
  alias?: string
  where?: Expression
}
