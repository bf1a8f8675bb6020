/** Tables that are there already: their columns matched by name and type. */
import type { ColumnFacts } from '../assessment.ts'
import type { Finding } from '../finding.ts'
import { readsAsUtc } from '../fits.ts'
import { showName } from '../name-text.ts'
import type { ColumnPlan } from '../plan.ts'
import { planLine } from '../plan-line.ts'
import type { Column, Table } from '../schema.ts'
import type { ExistingColumn, ExistingTable } from '../target.ts'
import { lossesOf } from '../type-losses.ts'
import { showType } from '../type-text.ts'
import { settingsFor, settle } from './column-type.ts'
import { columnFacts, isWide, lastNumber } from './columns.ts'
import type { Draft, Planning } from './draft.ts'
import { lookUp } from './names.ts'
import { columnSettings, settingsOf } from './selection.ts'

/** The columns of the source that the existing table takes; what does not match is a finding. */
export function matchColumns(planning: Planning, draft: Draft, existing: ExistingTable): ColumnPlan[] {
  const { table, facts } = draft
  const settings = settingsOf(planning.request, table)
  const taken = new Set<ExistingColumn>()
  const columns = table.columns.flatMap(column => {
    const wanted = columnSettings(settings, column.name)
    const match = lookUp(existing.columns, wanted.target ?? column.name)
    const about = { planning, table, column, facts: columnFacts(facts.columns, column.name) }
    if (!match || taken.has(match)) return missing(about, existing)
    taken.add(match)
    return matched(about, match)
  })
  for (const extra of existing.columns) if (!taken.has(extra)) reportExtra(planning, table, extra)
  return columns
}

interface About {
  planning: Planning
  table: Table
  column: Column
  facts: ColumnFacts
}

function report({ planning, table, column }: About, finding: Omit<Finding, 'object'>): void {
  planning.findings.push({ object: `${table.name}.${column.name}`, ...finding })
}

function missing(about: About, existing: ExistingTable): ColumnPlan[] {
  report(about, {
    code: 'column-missing',
    severity: 'refused',
    message: `the table ${showName(existing.name)} of the target has no column for it`,
    remedy: `Add the column there, or name the one that is meant with ${planLine(about.table.name, about.column.name, { target: 'NAME' })}`,
  })
  return []
}

function matched(about: About, match: ExistingColumn): ColumnPlan[] {
  const { planning, table, column, facts } = about
  if (match.generated) {
    reportGenerated(about)
    return []
  }
  if (!match.type) {
    report(about, {
      code: 'type-not-supported',
      severity: 'refused',
      message: `the target's column is ${match.typeName}, which longhaul does not write yet`,
      remedy: 'Change the type of the column in the target',
    })
    return []
  }
  const described = { table: table.name, column: { ...column, notNull: match.notNull }, facts }
  const settings = settingsFor(planning, table, column)
  const { after, open, ...settled } = settle(planning, described, settings, match.type)
  if (open === undefined) planning.findings.push(...lossesOf(after, match.type, settings.type !== undefined))
  else if (readsAsUtc(match.type, after.facts)) reportUtc(about, match)
  else reportMisfit(about, match, open)
  if (match.notNull && facts.counts.null > 0 && !settled.onError) reportNulls(about)
  if (match.name !== column.name) reportCase(about, match)
  reportTypeLine(planning, about, match)
  return [
    {
      name: column.name,
      target: match.name,
      type: match.type,
      notNull: match.notNull,
      ...settled,
      ...((match.identity || match.sequence) && { identity: lastNumber(table, facts) }),
      wide: isWide(facts, match.type, settled.conversion),
      why: `the target's column is ${match.typeName}`,
    },
  ]
}

function reportGenerated(about: About): void {
  const both = about.column.generated !== undefined
  report(about, {
    code: 'generated-in-target',
    severity: both ? 'note' : 'incomplete',
    message: 'the target computes this column, so that the values of the source are not written',
    ...(!both && { remedy: 'Compare the two, or make it a plain column in the target' }),
  })
}

function reportUtc(about: About, match: ExistingColumn): void {
  report(about, {
    code: 'read-as-utc',
    severity: 'consent',
    message: `the target's column is ${match.typeName}, and the times of the source name no offset: they would be read as UTC`,
    remedy: `If they are UTC, accept it with --accept ${shellWord(`read-as-utc:${about.table.name}.${about.column.name}`)}`,
  })
}

/** A word that a shell takes as it is. */
function shellWord(text: string): string {
  return /^[\w.:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

function reportMisfit(about: About, match: ExistingColumn, reason: string): void {
  report(about, {
    code: 'values-do-not-fit',
    severity: 'refused',
    message: `the target's column is ${match.typeName}, which does not hold it: ${reason}`,
    remedy: 'Change the type of the column in the target, or correct the values in the source',
  })
}

function reportNulls(about: About): void {
  report(about, {
    code: 'null-in-not-null',
    severity: 'refused',
    message: `rows with NULL where the target says NOT NULL: ${about.facts.counts.null}`,
    remedy: 'Drop NOT NULL in the target, or give these rows a value in the source',
  })
}

function reportCase(about: About, match: ExistingColumn): void {
  const named = columnSettings(settingsOf(about.planning.request, about.table), about.column.name).target
  if (named === match.name) return
  report(about, {
    code: 'column-matched-by-case',
    severity: 'note',
    message: `it goes into the column ${showName(match.name)}, whose name differs in case`,
  })
}

function reportTypeLine(planning: Planning, about: About, match: ExistingColumn): void {
  const wanted = columnSettings(settingsOf(planning.request, about.table), about.column.name).type
  if (!wanted || !match.type || showType(wanted) === showType(match.type)) return
  report(about, {
    code: 'type-of-target-kept',
    severity: 'refused',
    message: `the plan file asks for ${showType(wanted)}, and the target's column is ${match.typeName}`,
    remedy: 'Take the type out of the plan file, or change the column in the target',
  })
}

function reportExtra(planning: Planning, table: Table, extra: ExistingColumn): void {
  const filled = extra.hasDefault || extra.identity !== undefined || extra.generated
  const blocks = extra.notNull && !filled
  planning.findings.push({
    code: 'column-only-in-target',
    severity: blocks ? 'refused' : 'note',
    object: `${table.name}.${extra.name}`,
    message: `only the target has this column; ${blocks ? 'it is NOT NULL and has no default' : `new rows have ${filled ? 'its default' : 'NULL'} there`}`,
    ...(blocks && { remedy: 'Give it a default or drop NOT NULL in the target' }),
  })
}
