/** A first mapping, by names, types and values of both sides. */
import { likeness, meaningOf, meantValue, tablesAlike, wordsOf } from './alike.ts'
import { formatsOf, isIso, type KnownColumn, type KnownTable } from './known.ts'
import { bestTable, matches } from './match.ts'
import { type MappingColumn, type MappingTable, requires } from './target.ts'
import { word, writeSuggestion } from './write-suggestion.ts'

export interface Suggestion {
  /** A plan file with a mapping, and comments where something is open. */
  yaml: string
  /** What somebody has to decide, a sentence each. */
  gaps: string[]
}

/** Where values of a column are found in a table that a foreign key points to. */
export type FindParent = (
  column: KnownColumn,
  parent: MappingTable,
  give: string,
) => Promise<string | undefined>

/** A line of the mapping; `spec` in YAML. */
export interface SuggestedColumn {
  name: string
  spec: string
  /** What is open about it. */
  open: string[]
}

export interface SuggestedTable {
  table: string
  from: string
  with?: string
  columns: SuggestedColumn[]
  drop: string[]
}

export async function suggest(
  sources: readonly KnownTable[],
  targets: readonly MappingTable[],
  findParent: FindParent,
): Promise<Suggestion> {
  const tables: SuggestedTable[] = []
  const gaps: string[] = []
  for (const source of sources) {
    const main = bestTable(source, targets)
    if (!main) {
      gaps.push(`No table of the target looks like ${source.name}`)
      continue
    }
    tables.push(...(await suggestFor(source, main, targets, findParent)))
  }
  for (const { table, columns } of tables)
    for (const { name, open } of columns) gaps.push(...open.map(text => `${table}.${name}: ${text}`))
  for (const { table, from, drop } of tables.filter(own => own.with === undefined))
    for (const name of drop.filter(
      name =>
        !tables.some(other => other.from === from && other.table !== table && !other.drop.includes(name)),
    ))
      gaps.push(`${from}.${name}: nothing in the target looks like it, and it is dropped`)
  return { yaml: writeSuggestion(tables, gaps), gaps }
}

interface Pairing {
  source: KnownTable
  table: MappingTable
  found: Map<MappingColumn, KnownColumn>
  findParent: FindParent
  targets: readonly MappingTable[]
}

/** The table that a source is for, and those that hang on it and have a place for what is left. */
async function suggestFor(
  source: KnownTable,
  main: MappingTable,
  targets: readonly MappingTable[],
  findParent: FindParent,
): Promise<SuggestedTable[]> {
  const found = matches(source, main)
  const own = await columnsOf({ source, table: main, found, findParent, targets })
  const used = new Set([...found.values()].map(({ name }) => name))
  const children: SuggestedTable[] = []
  for (const child of byLikeness(targets, main)) {
    const key = child.foreignKeys.find(({ table, columns }) => table === main.name && columns.length === 1)
    if (!key || child === main) continue
    const left = { ...source, columns: source.columns.filter(({ name }) => !used.has(name)) }
    const inChild = matches(left, child)
    inChild.delete(child.columns.find(({ name }) => name === key.columns[0])!)
    if (inChild.size === 0) continue
    const columns = await columnsOf(
      { source, table: child, found: inChild, findParent, targets },
      { main, key, own },
    )
    // A table that needs more than the source has is no part of it.
    if (columns.some(({ spec }) => spec === NOTHING)) continue
    for (const { name } of inChild.values()) used.add(name)
    const read = new Set([...inChild.values()].map(({ name }) => name))
    children.push({
      ...{ table: child.name, from: source.name, with: main.name, columns },
      drop: source.columns
        .map(({ name }) => name)
        .filter(name => !read.has(name) && !columns.some(({ spec }) => mentions(spec, name))),
    })
    const given = key.references[0]!
    if (!own.some(({ name }) => name === given))
      own.unshift({ name: given, spec: '{ generate: true }', open: [] })
  }
  const taken = new Set([...found.values()].map(({ name }) => name))
  const drop = source.columns.map(({ name }) => name).filter(name => !taken.has(name))
  return [{ table: main.name, from: source.name, columns: own, drop }, ...children]
}

/** Those that are called after the table first: versions of documents before comments. */
const byLikeness = (tables: readonly MappingTable[], { name }: MappingTable): MappingTable[] =>
  [...tables].sort((a, b) => tablesAlike(b.name, name) - tablesAlike(a.name, name))

const mentions = (spec: string, name: string) => spec === word(name) || spec.includes(`from: ${word(name)}`)

interface Beside {
  main: MappingTable
  key: { columns: string[]; references: string[] }
  own: SuggestedColumn[]
}

async function columnsOf(pairing: Pairing, beside?: Beside): Promise<SuggestedColumn[]> {
  const columns: SuggestedColumn[] = []
  for (const to of pairing.table.columns) {
    const from = pairing.found.get(to)
    if (beside?.key.columns[0] === to.name)
      columns.push({
        name: to.name,
        spec: `{ of: ${word(beside.main.name)}, column: ${word(beside.key.references[0]!)} }`,
        open: [],
      })
    else if (from) columns.push(await fromColumn(pairing, from, to))
    else if (requires(to) || (beside && isLatest(to))) columns.push(withoutSource(to, beside))
  }
  return columns
}

async function fromColumn(
  { table, findParent, targets }: Pairing,
  from: KnownColumn,
  to: MappingColumn,
): Promise<SuggestedColumn> {
  const parts = [`from: ${word(from.name)}`]
  const open: string[] = []
  const key = table.foreignKeys.find(({ columns }) => columns.length === 1 && columns[0] === to.name)
  const parent = key && targets.find(({ name }) => name === key.table)
  if (parent) await lookUpIn(parent, key.references[0]!)
  else if (to.allowed) valuesOf(to.allowed)
  else if (to.type?.kind === 'date' || to.type?.kind === 'timestamp') datesOf()
  // The target may have a blank text where it has no NULL.
  if (requires(to) && !from.values.some(value => value.trim() === '')) parts.push('required: true')
  return { name: to.name, spec: parts.length === 1 ? word(from.name) : `{ ${parts.join(', ')} }`, open }

  async function lookUpIn(parent: MappingTable, give: string): Promise<void> {
    const match = await findParent(from, parent, give)
    if (match === give) return
    if (match !== undefined) {
      parts.push(`lookup: { in: ${word(parent.name)}, match: ${word(match)}, give: ${word(give)} }`)
      return
    }
    open.push(
      `which row of ${parent.name} is meant by each value of ${from.name}? Write them into ${from.name}.csv, with the columns old and new`,
    )
    parts.push(`lookup: { in: { file: ${word(`${from.name}.csv`)} }, match: old, give: new }`)
  }

  function valuesOf(allowed: readonly string[]): void {
    const pairs = from.values.map(value => [value, meantValue(value, allowed)] as const)
    if (from.more)
      open.push(`${from.name} has many values, and the target lets in ${allowed.length}: name the others`)
    if (!from.more && pairs.every(([value, meant]) => value === meant)) return
    const known = pairs.flatMap(([value, meant]) =>
      meant === undefined ? [] : [`${word(value)}: ${word(meant)}`],
    )
    parts.push(`values: { ${known.join(', ')} }`)
    for (const [value, meant] of pairs)
      if (meant === undefined)
        open.push(
          `what becomes of ${value}? The target knows ${allowed.join(', ')}; until then such rows are rejected`,
        )
  }

  function datesOf(): void {
    if (/^(date|timestamp)/.test(from.kind) || isIso(from.values)) return
    const [format, ...others] = formatsOf(from.values)
    if (format === undefined) return
    parts.push(`date: ${JSON.stringify(format)}`)
    if (others.length > 0) open.push(`its values can be read as ${[format, ...others].join(' and as ')}`)
  }
}

const isLatest = (to: MappingColumn) =>
  to.type?.kind === 'boolean' && wordsOf(to.name).some(word => word === 'latest' || word === 'current')

const NOTHING = '{ constant: null, required: true }'

/** What the target needs and no column of the source is for. */
function withoutSource(to: MappingColumn, beside: Beside | undefined): SuggestedColumn {
  const { name, type } = to
  const words = wordsOf(name)
  const said = (spec: string, open: string[] = []) => ({ name, spec, open })
  const meaning = meaningOf(name)
  const same = beside?.own.find(
    own => likeness(meaningOf(own.name), meaning) >= 0.8 && !own.spec.includes('generate'),
  )
  if (same) return said(same.spec)
  if (beside && isLatest(to)) return said('{ constant: true }')
  if (beside && type?.kind === 'integer' && words.includes('version')) return said('{ constant: 1 }')
  if (words.some(word => word === 'password' || word === 'hashed'))
    return said('{ password: { length: 16, hash: bcrypt, cost: 10 } }')
  if (type?.kind === 'uuid') return said('{ generate: true }')
  return said(NOTHING, ['the target needs a value, and nothing in the source looks like it'])
}
