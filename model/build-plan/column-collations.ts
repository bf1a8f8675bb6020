/**
 * How texts of new tables are compared. BINARY, which SQLite's columns have unless they say otherwise, is PostgreSQL's
 * "C": the same order, and indexes are built in 0.35 to 0.7 of the time. RTRIM orders by bytes as well. NOCASE and
 * collations of an application keep the database's own, whose order is nearer to theirs. Columns that foreign keys join
 * have one collation, or no index would serve their join.
 */
import { BY_BYTES } from '../collation-sql.ts'
import { showName } from '../name-text.ts'
import { type ColumnPlan, isLoadedInto } from '../plan.ts'
import { showType } from '../type-text.ts'
import { CollationNames, DEFAULT, isExact } from './collation-names.ts'
import { collationOf } from './collations.ts'
import type { Draft, Planning } from './draft.ts'
import { familyKey, groupsOf } from './family-groups.ts'
import { lookUp } from './names.ts'
import { columnSettings, settingsOf } from './selection.ts'

interface Member {
  draft: Draft
  column: ColumnPlan
  /** The name in the plan file. */
  asked: string | undefined
}

/** Sets the collations of all texts in tables that the run makes, and that of the plan. Columns must be planned. */
export function planCollations(planning: Planning, drafts: readonly Draft[]): void {
  const members = drafts.flatMap(draft => membersOf(planning, draft))
  for (const member of members) reportVain(planning, member)
  const ours = members.filter(({ draft, column }) => !isLoadedInto(draft.plan) && isText(column))
  if (ours.length === 0) return
  const names = new CollationNames(planning)
  const wish = planning.request.file?.collation
  const usual = names.resolve(wish ?? 'C', 'the plan file')
  if (usual !== undefined) planning.collation = usual
  const joined = joinedWith(drafts, members)
  for (const member of ours) {
    const collation = chosen(member, joined(member), names, usual)
    if (collation !== undefined) member.column.collation = collation
  }
}

const membersOf = ({ request }: Planning, draft: Draft): Member[] => {
  const settings = settingsOf(request, draft.table)
  return draft.plan.columns.map(column => ({
    ...{ draft, column, asked: columnSettings(settings, column.name).collation },
  }))
}

const isText = ({ type }: ColumnPlan) => type.kind === 'text'

/** By what the plan file says of the column, of one that is joined with it, by that one's in the target, or as all. */
function chosen(
  member: Member,
  joined: readonly Member[],
  names: CollationNames,
  usual: string | undefined,
): string | undefined {
  const named = member.asked === undefined ? joined.find(({ asked }) => asked !== undefined) : member
  if (named?.asked !== undefined) return names.resolve(named.asked, objectOf(named))
  const there = joined.find(({ draft }) => isLoadedInto(draft.plan))
  if (there) return collationThere(there)
  return usual === BY_BYTES && joined.some(foldsMore) ? undefined : usual
}

const collationThere = ({ draft, column }: Pick<Member, 'draft' | 'column'>) =>
  lookUp(draft.existing?.columns ?? [], column.target)?.collation

/** Its order in the source is not that of bytes. */
function foldsMore({ draft, column }: Member): boolean {
  const collation = collationOf(draft, column)
  return collation !== undefined && collation !== 'RTRIM'
}

/** The texts that foreign keys join with one, itself among them. */
function joinedWith(drafts: readonly Draft[], members: readonly Member[]): (member: Member) => Member[] {
  const keyOf = ({ draft, column }: Member) => familyKey(draft.table.name, column.name)
  const byKey = new Map(members.map(member => [keyOf(member), member]))
  const groups = new Map<string, Member[]>()
  for (const { columns } of groupsOf(drafts)) {
    const group = columns.flatMap(key => byKey.get(key) ?? []).filter(({ column }) => isText(column))
    for (const key of columns) groups.set(key, group)
  }
  return member => groups.get(keyOf(member)) ?? [member]
}

/** Where the plan file asks for a collation that nothing will have. */
function reportVain(planning: Planning, { draft, column, asked }: Member): void {
  if (asked === undefined) return
  const object = objectOf({ draft, column })
  if (isLoadedInto(draft.plan)) {
    planning.findings.push({
      ...{ code: 'collation-of-target-kept', severity: 'warning', object },
      message: `the table is there already, and its columns keep their collations: ${showName(asked)} is not set`,
      remedy: 'Take it out of the plan file, or change the column in the target',
    })
  } else if (!isText(column)) {
    planning.findings.push({
      ...{ code: 'collation-without-text', severity: 'refused', object },
      message: `the plan file asks for the collation ${showName(asked)}, and the column becomes ${showType(column.type)}, which has none`,
      remedy: `Take it out of the plan file, or write \`${DEFAULT}\``,
    })
  }
}

const objectOf = ({ draft, column }: Pick<Member, 'draft' | 'column'>) => `${draft.table.name}.${column.name}`

/** Whether expressions must say how to compare the column: others have another collation, or its own is not exact. */
export function isApart({ collation: usual, target }: Planning, draft: Draft, column: ColumnPlan): boolean {
  if (isLoadedInto(draft.plan)) {
    const there = collationThere({ draft, column })
    return usual !== undefined && there !== undefined && there !== usual
  }
  const { collation } = column
  return collation !== undefined && (collation !== usual || !isExact(target, collation))
}
