/** Why a row is not taken. */

/** Rules that rows break, as reports count them. */
export type RefusalRule =
  | 'required'
  | 'unknown-value'
  | 'no-match'
  | 'ambiguous-match'
  | 'duplicate'
  | 'cast'
  | 'too-long'
  | 'date'
  | 'expression'
  | 'json'
  | 'encoding'
  | 'no-parent'
  | 'parent-rejected'
  | 'parent-written'

/** In place of a value. The reason names columns and never a value. */
export class Refusal {
  readonly rule: RefusalRule
  readonly reason: string
  constructor(rule: RefusalRule, reason: string) {
    this.rule = rule
    this.reason = reason
  }
}

/** A cell as SQLite holds it: whole numbers as `bigint`, others as `number`. */
export type MappedCell = null | bigint | number | string | Uint8Array

export type Outcome = MappedCell | Refusal
