/** What a rule about rows comes to: a statement that counts what breaks it, and what its amounts mean. */
import type { Place, RuleCheck, RuleColumn } from '../../../model/rule-checks.ts'
import { ident, qualified } from '../quote.ts'

/** What is wrong, and how many rows are it; both absent where the rule holds. */
export interface Broken {
  rows?: number
  reason?: string
}

export interface Counted {
  /** Gives one row of amounts. */
  sql: string
  judge: (amounts: number[]) => Broken
}

export type CountedCheck = Exclude<RuleCheck, { kind: 'json' | 'no-rows' | 'same' }>
export type Of<K extends CountedCheck['kind']> = Extract<CountedCheck, { kind: K }>

/** The table of a rule, under the alias `t`. */
export const from = (place: Place): string => `${qualified(place.schema, place.name)} AS t`

export const cell = ({ target }: RuleColumn, alias = 't'): string => `${alias}.${ident(target)}`
