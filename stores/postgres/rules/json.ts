/** Whether the values of a column are JSON, and of which shape. */
import type { Client } from 'pg'
import { count } from '../../../model/amounts.ts'
import { hasShape, type JsonShape } from '../../../model/json-shape.ts'
import type { RuleCheck } from '../../../model/rule-checks.ts'
import { viewAsTable } from '../../digest/view.ts'
import { readCopy } from '../copy-out.ts'
import { type Broken, cell, from } from './counted.ts'

/** Columns of JSON hold nothing else; texts are read, as PostgreSQL cannot try one without failing before version 16. */
export async function ofJson(
  client: Client,
  { in: place, column, shape }: Extract<RuleCheck, { kind: 'json' }>,
  progress: (rows: number) => void,
): Promise<Broken> {
  if (column.type.kind === 'json' && shape === undefined) return {}
  const sql = `COPY (SELECT ${cell(column)}::text FROM ${from(place)} WHERE ${cell(column)} IS NOT NULL) TO STDOUT (FORMAT binary)`
  const table = viewAsTable(column.name, place, [{ name: column.name, type: { kind: 'text' } }])
  let [invalid, misshapen] = [0, 0]
  for await (const rows of readCopy(client, table, { sql, formats: ['textsend'] }, progress)) {
    for (const [text] of rows) {
      const state = stateOf(text as string, shape)
      if (state === 'invalid') invalid++
      if (state === 'misshapen') misshapen++
    }
  }
  const reasons = [
    ...(invalid > 0 ? [`${count(invalid, 'value')} ${invalid === 1 ? 'is' : 'are'} no JSON`] : []),
    ...(misshapen > 0
      ? [`${count(misshapen, 'value')} ${misshapen === 1 ? 'has' : 'have'} another shape`]
      : []),
  ]
  return reasons.length > 0 ? { rows: invalid + misshapen, reason: reasons.join(', ') } : {}
}

function stateOf(text: string, shape: JsonShape | undefined): 'good' | 'invalid' | 'misshapen' {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'invalid'
  }
  return shape === undefined || hasShape(value, shape) ? 'good' : 'misshapen'
}
