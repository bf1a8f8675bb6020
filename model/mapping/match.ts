/** Which table and columns of a target those of a source look like. */
import { aboutOf, likeness, meaningOf, tablesAlike } from './alike.ts'
import { canBecome, type KnownColumn, type KnownTable } from './known.ts'
import type { MappingColumn, MappingTable } from './target.ts'

const LIKELY = 0.5

export function bestTable(source: KnownTable, targets: readonly MappingTable[]): MappingTable | undefined {
  const ranked = targets
    .map(table => ({ table, score: likenessOf(source, table) }))
    .sort((a, b) => b.score - a.score)
  return ranked[0] && ranked[0].score >= LIKELY ? ranked[0].table : undefined
}

/** Names of tables say less than those of their columns. */
function likenessOf(source: KnownTable, table: MappingTable): number {
  const about = aboutOf(
    source.name,
    source.columns.map(({ name }) => name),
  )
  const named = Math.max(...[source.name, ...about].map(name => tablesAlike(name, table.name)))
  return named / 2 + shareMatched(source, table)
}

function shareMatched(source: KnownTable, table: MappingTable): number {
  return source.columns.length === 0 ? 0 : matches(source, table).size / source.columns.length
}

/** Column of the target by column of the source: the likest pairs first. */
export function matches(source: KnownTable, table: MappingTable): Map<MappingColumn, KnownColumn> {
  const pairs = source.columns
    .flatMap(from =>
      table.columns
        .filter(to => !to.generated)
        .map(to => ({ from, to, score: scoreOf(source, from, table, to) })),
    )
    .filter(({ score }) => score >= LIKELY)
    .sort((a, b) => b.score - a.score)
  const found = new Map<MappingColumn, KnownColumn>()
  const taken = new Set<KnownColumn>()
  for (const { from, to } of pairs) {
    if (found.has(to) || taken.has(from)) continue
    found.set(to, from)
    taken.add(from)
  }
  return found
}

function scoreOf(source: KnownTable, from: KnownColumn, table: MappingTable, to: MappingColumn): number {
  const about = (all: KnownTable | MappingTable) =>
    aboutOf(
      all.name,
      all.columns.map(({ name }) => name),
    )
  const score = likeness(meaningOf(from.name, about(source)), meaningOf(to.name, about(table)))
  const refers = table.foreignKeys.some(({ columns }) => columns.length === 1 && columns[0] === to.name)
  return refers || canBecome(from, to.type) ? score : 0
}
