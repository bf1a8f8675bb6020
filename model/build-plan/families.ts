/**
 * Columns that foreign keys join, directly or by way of others, are a family: its members get types between which
 * PostgreSQL can make the keys, or the keys would be missing.
 */
import type { ColumnFacts } from '../assessment.ts'
import { type AboutColumn, chooseType, type Family, guideOf, upgradeOf } from '../choose-type.ts'
import { fits } from '../fits.ts'
import { isLoadedInto } from '../plan.ts'
import { affinityOf } from '../translate/affinity.ts'
import { showType } from '../type-text.ts'
import type { LogicalType } from '../types.ts'
import { aboutColumn, typeOfPlanFile } from './column-type.ts'
import { columnFacts } from './columns.ts'
import { comparable } from './comparable.ts'
import type { Draft, Planning } from './draft.ts'
import { familyKey, type Group, groupsOf } from './family-groups.ts'
import { lookUp } from './names.ts'

/** By table and column of the source, as `familyKey` joins them; `null`: joined columns that keep their own types. */
export type Families = ReadonlyMap<string, Family | null>

interface Member {
  about: AboutColumn
  /** The type that it would have alone; undefined where the target's table has one that longhaul does not know. */
  own: LogicalType | undefined
  /** The plan file, the target or the row number has settled it. */
  settled: boolean
}

/** What the members of all families become. Under `--types declared` each is what it is declared. */
export function planFamilies(planning: Planning, drafts: readonly Draft[]): Families {
  const found = new Map<string, Family | null>()
  if (planning.request.types === 'declared') return found
  for (const group of groupsOf(drafts)) {
    const members = new Map(group.columns.flatMap(column => memberOf(planning, drafts, column)))
    const family = upgradeFor(planning, [...members.values()]) ?? widened(group, members)
    for (const [key, { settled }] of members) found.set(key, settled ? null : family)
  }
  return found
}

function memberOf(planning: Planning, drafts: readonly Draft[], key: string): [string, Member][] {
  const [tableName, columnName] = JSON.parse(key) as [string, string]
  const draft = drafts.find(({ table }) => table.name === tableName)
  const column = draft && lookUp(draft.table.columns, columnName)
  if (!draft || !column) return []
  const about = aboutColumn(draft.table, column, columnFacts(draft.facts.columns, column.name))
  if (isLoadedInto(draft.plan) && draft.existing) {
    const own = lookUp(draft.existing.columns, column.name)?.type
    return [[familyKey(draft.table.name, column.name), { about, own, settled: true }]]
  }
  const wished = typeOfPlanFile(planning, draft.table, about)
  const { types, accept } = planning.request
  const choice = chooseType(about, { types, accept, joined: null })
  const refused = choice.findings.some(({ severity }) => severity === 'refused')
  const isRowNumber = draft.table.primaryKey?.rowid && draft.table.primaryKey.columns.includes(column.name)
  const settled = wished !== undefined || choice.conversion !== undefined || refused || isRowNumber === true
  return [[familyKey(draft.table.name, column.name), { about, own: wished ?? choice.type, settled }]]
}

/** Under `--types optimized`: a type that all of them can have, and one of them would get alone. */
function upgradeFor({ request }: Planning, members: readonly Member[]): Family | undefined {
  if (request.types !== 'optimized') return undefined
  const alone = members.map(({ about }) => upgradeOf(guideOf(about), about.facts))
  const wanted = alone.find(upgrade => upgrade !== undefined)
  if (!wanted) return undefined
  const all = members.every(({ about, own, settled }, i) => {
    if (settled) return own?.kind === wanted.kind
    const upgrade = alone[i]
    if (guideOf(about).kind !== 'text') return false
    return upgrade ? showType(upgrade) === showType(wanted) : fits(wanted, about.facts) === undefined
  })
  return all ? { type: wanted, upgrade: true } : undefined
}

const HOLDERS: readonly LogicalType[] = [
  { kind: 'integer', bits: 64 },
  { kind: 'float', bits: 64 },
  { kind: 'numeric' },
  { kind: 'text' },
]

/** What holds the values of one that is further right holds those of the left as well, as far as facts allow. */
const WIDTHS: LogicalType['kind'][] = ['boolean', 'integer', 'float', 'numeric', 'text']

/** Dates, documents and the like have nothing in common but their texts. */
const widthOf = ({ kind }: LogicalType): number => {
  const width = WIDTHS.indexOf(kind)
  return width < 0 ? WIDTHS.indexOf('text') : width
}

/** The narrowest type that holds all values of the family; null where all keys can be made as it is, or none does. */
function widened({ edges }: Group, members: ReadonlyMap<string, Member>): Family | null {
  const pairs = edges.flatMap(([child, parent]) => {
    const pair = [members.get(child), members.get(parent)] as const
    return pair[0] && pair[1] ? [pair as readonly [Member, Member]] : []
  })
  if (pairs.every(([child, parent]) => comparable(child.own, parent.own))) return null
  const all = [...members.values()]
  const settled = all.filter(member => member.settled)
  const free = all.filter(member => !member.settled)
  const widest = Math.max(...free.map(({ own }) => (own ? widthOf(own) : 0)))
  const choices = settled[0]
    ? settled[0].own && settled.every(({ own }) => comparable(own, settled[0]!.own))
      ? [settled[0].own]
      : []
    : HOLDERS.filter(type => widthOf(type) >= widest)
  const type = choices.find(type =>
    free.every(({ about, own }) => mayBecome(own, type) && fits(type, about.facts) === undefined),
  )
  if (!type || (type.kind === 'text' && !pairs.every(matchesAsText))) return null
  const model = all.find(({ own }) => own?.kind === type.kind)?.about
  return { type, upgrade: false, ...(model && { like: `${model.table}.${model.column.name}` }) }
}

/** Numbers follow a settled number of any kind; what is declared a text is no number for having no values yet. */
function mayBecome(own: LogicalType | undefined, type: LogicalType): boolean {
  const texts = WIDTHS.indexOf('text')
  return own === undefined || widthOf(own) < texts || widthOf(type) === texts
}

/**
 * Whether two ends match as texts where they match in SQLite, which turns the child into the parent's affinity: 7
 * matches '7', but '07' as well where the parent is a number, and 1.0 prints otherwise than 1.
 */
function matchesAsText([child, parent]: readonly [Member, Member]): boolean {
  const [ours, theirs] = [child, parent].map(({ about }) => affinityOf(about.column.declared)) as [
    string,
    string,
  ]
  const numbers = (affinity: string) => affinity === 'INTEGER' || affinity === 'NUMERIC'
  if (numbers(ours) && numbers(theirs)) return true
  const plain = (facts: ColumnFacts, affinity: string) => facts.counts.real === 0 && affinity !== 'REAL'
  if (!plain(child.about.facts, ours) || !plain(parent.about.facts, theirs)) return false
  return !numbers(theirs) || child.about.facts.counts.text === 0
}
