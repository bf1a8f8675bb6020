/** Expressions as PostgreSQL prints them (`pg_get_expr`, `pg_get_viewdef`): the part that planners understand. */

export type Expression =
  | Constant
  | Column
  | Cast
  | Binary
  | { kind: 'not'; operand: Expression }
  | { kind: 'minus'; operand: Expression }
  | Is
  | { kind: 'distinct'; left: Expression; right: Expression; not: boolean }
  | Call
  | Case
  | Quantified
  | { kind: 'array'; items: Expression[] }
  | { kind: 'collate'; operand: Expression; collation: string }
  | { kind: 'extract'; field: string; operand: Expression }
  /** `CURRENT_TIMESTAMP` and its like, in capitals. */
  | { kind: 'current'; what: string }

/** `text` is in quotes and has no type of its own until a cast gives it one. */
export type Constant =
  | { kind: 'text'; value: string }
  | { kind: 'number'; text: string }
  | { kind: 'truth'; value: boolean }
  | { kind: 'null' }

export interface Column {
  kind: 'column'
  /** Name or alias of its table. */
  table?: string
  name: string
}

export interface Cast {
  kind: 'cast'
  operand: Expression
  type: TypeName
}

export interface TypeName {
  /** Absent for those of the system. */
  schema?: string
  /** As printed, without modifiers: `character varying`, `timestamp without time zone`. */
  name: string
  modifiers: number[]
  isArray: boolean
}

export interface Binary {
  kind: 'binary'
  operator: string
  left: Expression
  right: Expression
}

export interface Is {
  kind: 'is'
  operand: Expression
  what: 'NULL' | 'TRUE' | 'FALSE' | 'UNKNOWN'
  not: boolean
}

export interface Call {
  kind: 'call'
  schema?: string
  name: string
  /** `count(*)`. */
  star: boolean
  distinct: boolean
  arguments: Expression[]
}

export interface Case {
  kind: 'case'
  operand?: Expression
  branches: { when: Expression; result: Expression }[]
  otherwise?: Expression
}

/** `x = ANY (array)`, `x <> ALL (array)`. */
export interface Quantified {
  kind: 'quantified'
  operator: string
  all: boolean
  left: Expression
  array: Expression
}

/** A query of one block. */
export interface Select {
  distinct: boolean
  items: { expression: Expression; name?: string }[]
  from?: From
  where?: Expression
  groupBy: Expression[]
  having?: Expression
  orderBy: { expression: Expression; descending: boolean; nulls?: 'FIRST' | 'LAST' }[]
  limit?: Expression
  offset?: Expression
}

export type From =
  | { kind: 'table'; schema?: string; name: string; alias?: string }
  | {
      kind: 'join'
      left: From
      right: From
      type: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'CROSS'
      on?: Expression
    }
