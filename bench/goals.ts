/** The goals for speed and memory, and what of each was measured. */
import { type Results, type Round, toolCpu } from './results.ts'
import { spread } from './statistics.ts'

export interface Goal {
  text: string
  must: number
  aim: number
  unit: '' | 'MB' | 's'
  /** A value for each round; undefined where these results say nothing of it. */
  measure(all: readonly Results[]): number[] | undefined
}

const TWO_MILLION = 2_000_000
const TEN_MILLION = 10_000_000

export const GOALS: readonly Goal[] = [
  {
    ...{ text: 'whole run / CSV pipe with indexes', must: 1.3, aim: 1, unit: '' },
    measure: all => ratios(all, seconds, 'pipe', seconds),
  },
  {
    ...{ text: 'copy and finish / the limit', must: 1.35, aim: 1.15, unit: '' },
    measure: all => ratios(all, copySeconds, 'limit', seconds),
  },
  {
    ...{ text: 'copy and finish / CSV pipe', must: 0.8, aim: 0.65, unit: '' },
    measure: all => ratios(all, copySeconds, 'pipe', seconds),
  },
  {
    ...{ text: 'whole run / pgloader', must: 0.5, aim: 0.35, unit: '' },
    measure: all => ratios(all, seconds, 'pgloader', seconds),
  },
  {
    ...{
      text: 'CPU of worker and PostgreSQL in copy and finish / the limit’s',
      must: 1.4,
      aim: 1.25,
      unit: '',
    },
    measure: all => ratios(all, copyCpu, 'limit', round => toolCpu(round) + round.cpu.postgres),
  },
  {
    ...{ text: 'check of every row / copy and finish', must: 0.6, aim: 0.3, unit: '' },
    measure: all => ratios(all, checkSeconds, 'longhaul', copySeconds),
  },
  {
    ...{ text: 'resident memory of the worker, 2 million rows', must: 300, aim: 200, unit: 'MB' },
    measure: all => values(all, TWO_MILLION, 'longhaul', ({ memory }) => memory.worker),
  },
  {
    ...{ text: 'resident memory of the worker, 10 million rows', must: 300, aim: 200, unit: 'MB' },
    measure: all => values(all, TEN_MILLION, 'longhaul', ({ memory }) => memory.worker),
  },
  {
    ...{ text: 'time per row at 10 million rows / at 2 million', must: 1.2, aim: 1.05, unit: '' },
    measure: perRow,
  },
  {
    ...{ text: 'start to first row copied, small database', must: 2, aim: 1, unit: 's' },
    measure: all => values(all, undefined, 'shop', ({ firstRow }) => firstRow),
  },
  {
    ...{ text: 'a database of 1,000 tables of 10 rows', must: 30, aim: 10, unit: 's' },
    measure: all => values(all, undefined, 'many-tables', seconds),
  },
  {
    ...{ text: 'the 15,000-row database of a shop, whole', must: 6, aim: 3, unit: 's' },
    measure: all => values(all, undefined, 'shop', seconds),
  },
]

type Figure = (round: Round) => number | undefined

const seconds: Figure = round => round.seconds
const copySeconds: Figure = ({ copyAndFinish }) => copyAndFinish?.seconds
const copyCpu: Figure = ({ copyAndFinish }) =>
  copyAndFinish && copyAndFinish.cpu.worker + copyAndFinish.cpu.postgres
const checkSeconds: Figure = ({ steps }) => steps?.find(({ name }) => name === 'validate')?.seconds

/** Of longhaul by a peer, round by round: of the newest results at two million rows that have both, else of any. */
function ratios(all: readonly Results[], ours: Figure, peer: string, theirs: Figure): number[] | undefined {
  const found = newestFirst(all)
    .map(results => pairs(results, ours, peer, theirs))
    .find(list => list.length > 0)
  return found
}

function pairs(results: Results, ours: Figure, peer: string, theirs: Figure): number[] {
  const other = new Map(roundsOf(results, peer).map(round => [round.round, theirs(round)]))
  return roundsOf(results, 'longhaul').flatMap(round => {
    const [a, b] = [ours(round), other.get(round.round)]
    return a !== undefined && b ? [a / b] : []
  })
}

function values(
  all: readonly Results[],
  rows: number | undefined,
  trial: string,
  of: Figure,
): number[] | undefined {
  return newestFirst(all)
    .filter(results => rows === undefined || results.rows === rows)
    .map(results => roundsOf(results, trial).flatMap(round => of(round) ?? []))
    .find(list => list.length > 0)
}

/** Rounds of different calls have no partners: each at ten million by the median at two. */
function perRow(all: readonly Results[]): number[] | undefined {
  const at = (rows: number) => values(all, rows, 'longhaul', round => round.seconds / rows)
  const [small, large] = [at(TWO_MILLION), at(TEN_MILLION)]
  return small && large?.map(value => value / spread(small).median)
}

const roundsOf = ({ trials }: Results, trial: string) =>
  trials.find(({ name }) => name === trial)?.rounds ?? []

/** Those at two million rows first, as the goals are for them. */
const newestFirst = (all: readonly Results[]) =>
  all.toSorted(
    (a, b) => Number(b.rows === TWO_MILLION) - Number(a.rows === TWO_MILLION) || b.date.localeCompare(a.date),
  )
