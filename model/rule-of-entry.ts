/** Rules of a plan file without mistakes, as everything else takes them. */
import type { z } from 'zod'
import type { ruleSchema } from './planfile-rules.ts'
import { RULES, type Rule, type RuleKind } from './rules.ts'

type Entry = z.output<typeof ruleSchema>

/** One entry of the list. */
export function ruleOf({ name, ...entry }: Entry): Rule {
  const kind = RULES.find(kind => entry[kind] !== undefined)!
  return { ...(name !== undefined && { name }), ...PARTS[kind](entry[kind] as never) } as Rule
}

type Given<K extends RuleKind> = NonNullable<Entry[K]>

/** Keys that are there and undefined would make another payload of the same file. */
const present = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as T

const PARTS: { [K in RuleKind]: (given: Given<K>) => object } = {
  rows: ({ within, ...rest }) =>
    present({ kind: 'rows', ...rest, within: within === undefined ? undefined : tolerance(within) }),
  orphans: given =>
    given === 'all'
      ? { kind: 'orphans', all: true }
      : { kind: 'orphans', ...given, references: present(given.references) },
  allowed: ({ or_null: orNull = false, ...rest }) => ({ kind: 'allowed', ...rest, orNull }),
  required: given => ({ kind: 'required', ...given }),
  unique: ({ ignore_case: ignoreCase = false, ...rest }) => ({ kind: 'unique', ...rest, ignoreCase }),
  json: given => present({ kind: 'json', ...given }),
  range: given => present({ kind: 'range', ...given }),
  'no-rows': sql => ({ kind: 'no-rows', sql }),
  same: given => ({
    kind: 'same',
    ...(typeof given === 'string' ? { source: given, target: given } : given),
  }),
  constraints: ({ table, ...counts }) => present({ kind: 'constraints', table, counts: present(counts) }),
}

const tolerance = (within: number | string) =>
  typeof within === 'number' ? { rows: within } : { percent: Number.parseFloat(within) }
