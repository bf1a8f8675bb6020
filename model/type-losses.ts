/** What a column loses in a type that holds all of its values. */
import type { AboutColumn } from './choose-type.ts'
import type { Finding } from './finding.ts'
import { planLine } from './plan-line.ts'
import { showType } from './type-text.ts'
import type { LogicalType } from './types.ts'

/**
 * Losses, each a finding that asks for consent, and what is merely spelled otherwise, as notes. Where a line of
 * the plan file names the type (`asked`), that is the consent: warnings remain, and nothing is said of spelling.
 */
export function lossesOf(about: AboutColumn, type: LogicalType, asked = false): Finding[] {
  const findings = [offsets(about, type), merge(about, type), spelling(about, type)]
  return findings.flatMap(finding => {
    if (!finding) return []
    if (!asked) return [finding]
    const { remedy: _, ...settled } = finding
    return finding.severity === 'consent' ? [{ ...settled, severity: 'warning' }] : []
  })
}

function offsets({ table, column, facts }: AboutColumn, type: LogicalType): Finding | undefined {
  const times = type.kind === 'timestamp' && type.zone && facts.counts.text > 0
  if (!times || !facts.formats.includes('timestamptz') || facts.formats.includes('timestamptz-utc'))
    return undefined
  const object = `${table}.${column.name}`
  const keep = planLine(table, column.name, { type: 'text' })
  const plain = planLine(table, column.name, { type: 'timestamptz' })
  return {
    code: 'offset-becomes-utc',
    severity: 'consent',
    object,
    message:
      'its times keep their instant, but not the offset they were written with: the target shows all of them in one zone',
    remedy: `Accept it with --accept offset-becomes-utc:${object}, or put ${plain} into the plan file; to keep the spelling put ${keep} there`,
  }
}

function merge({ table, column, facts }: AboutColumn, type: LogicalType): Finding | undefined {
  const holdsBoth = type.kind === 'text' || type.kind === 'numeric'
  const texts = facts.numericTexts ?? 0
  if (!holdsBoth || texts === 0) return undefined
  const object = `${table}.${column.name}`
  const example = facts.examples?.['numeric-text']
  return {
    code: 'classes-merge',
    severity: 'consent',
    object,
    message: `it holds numbers, and ${texts} ${texts === 1 ? 'text that reads' : 'texts that read'} as numbers; as ${showType(type)} they can no longer be told apart`,
    remedy: `Accept it with --accept classes-merge:${object}, or put ${planLine(table, column.name, { type: 'text' })} into the plan file`,
    ...(example !== undefined && { example }),
  }
}

function spelling({ table, column, facts }: AboutColumn, type: LogicalType): Finding | undefined {
  if (type.kind !== 'json' || !type.binary || facts.counts.text === 0) return undefined
  return {
    code: 'json-normalised',
    severity: 'note',
    object: `${table}.${column.name}`,
    message: 'jsonb keeps what its documents say, and not their spacing and the order of their keys',
    remedy: `To keep them as they are written put ${planLine(table, column.name, { type: 'json' })} into the plan file`,
  }
}
