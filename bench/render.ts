/** The results as a page of Markdown. */
import { GOALS, type Goal } from './goals.ts'
import { type Results, type Round, type TrialResults, toolCpu, toolMemory } from './results.ts'
import { type Spread, spread } from './statistics.ts'

/** The goals first, then what each call of the runner has measured. @param plots a picture for each of the results that has one */
export function renderResults(
  all: readonly Results[],
  plots: ReadonlyMap<Results, string> = new Map(),
): string {
  const sections = all.map(results => section(results, plots.get(results)))
  return `${[HEAD, goalTable(all), ...sections].join('\n\n')}\n`
}

const HEAD = `# Results of the trials

Made by \`node bench/main.ts\`; do not edit. What each trial does stands in \`bench/trials/\`. All of them end with the same
tables, rows, indexes, keys and statistics, by the statements of \`longhaul plan --sql\`; a round that did not do all of
the work has failed and has no time. PostgreSQL runs on the same machine with its default settings and \`fsync\`, each
trial in an empty database after a checkpoint, all trials in turn. Longhaul's stack runs already, as \`longhaul up\` keeps it:
the processor time of its tool is that of the command, the worker and the Temporal server, the memory that of the worker.
Figures are medians, with the least and the most; ratios are medians of the ratios of each round.`

function goalTable(all: readonly Results[]): string {
  const rows = GOALS.map(goal => {
    const measured = goal.measure(all)
    const cells = measured
      ? [shown(spread(measured), digits(goal)), judged(goal, spread(measured).median)]
      : ['', '']
    return line([goal.text, limit(goal, goal.must), limit(goal, goal.aim), ...cells])
  })
  return [
    '## Goals',
    '',
    line(['', 'must', 'aim', 'measured', '']),
    '|---|---:|---:|---:|---|',
    ...rows,
  ].join('\n')
}

const digits = ({ unit }: Goal) => (unit === 'MB' ? 0 : 2)
const limit = ({ unit }: Goal, value: number) => `≤ ${value}${unit && ` ${unit}`}`

function judged({ must, aim }: Goal, value: number): string {
  if (value <= aim) return 'aim reached'
  return value <= must ? 'must reached' : 'not reached'
}

function section(results: Results, plot: string | undefined): string {
  const { rows, rounds, trials, machine, commit, versions, date, command } = results
  const programs = [['longhaul', commit], ...Object.entries(versions)].map(words => words.join(' '))
  return [
    `## ${rows.toLocaleString('en')} rows, ${rounds} ${rounds === 1 ? 'round' : 'rounds'}, ${date.slice(0, 10)}`,
    '',
    ...[`\`${command}\``, '', `${machine}. ${programs.join('; ')}.`, ''],
    ...(plot ? [`![seconds of each trial](${plot})`, ''] : []),
    line(['trial', 'wall s', 'CPU s: tool', 'CPU s: PostgreSQL', 'resident MB']),
    '|---|---:|---:|---:|---:|',
    ...trials.map(trialLine),
    ...stepTable(trials),
    ...notes(trials),
  ].join('\n')
}

function trialLine({ title, rounds, skipped, failures }: TrialResults): string {
  if (skipped) return line([title, `skipped: ${skipped}`, '', '', ''])
  if (rounds.length === 0) return line([title, `failed: ${failures[0] ?? ''}`, '', '', ''])
  const column = (of: (round: Round) => number, places: number) => shown(spread(rounds.map(of)), places)
  return line([
    title,
    column(round => round.seconds, 2),
    ...[column(toolCpu, 1), column(({ cpu }) => cpu.postgres, 1), column(toolMemory, 0)],
  ])
}

/** The steps of longhaul's runs, each with its share of the processors. */
function stepTable(trials: readonly TrialResults[]): string[] {
  const parts = trials.flatMap(({ title, rounds }) => {
    const names = rounds[0]?.steps?.map(({ name }) => name) ?? []
    return names.map(name => {
      const steps = rounds.flatMap(({ steps }) => steps?.find(step => step.name === name) ?? [])
      const column = (of: (step: (typeof steps)[number]) => number, places: number) =>
        shown(spread(steps.map(of)), places)
      const cpu = (group: 'worker' | 'postgres' | 'temporal') => column(step => step.cpu[group], 1)
      return line([
        title,
        name,
        column(step => step.seconds, 2),
        cpu('worker'),
        cpu('postgres'),
        cpu('temporal'),
      ])
    })
  })
  if (parts.length === 0) return []
  const head = line(['', 'step', 'wall s', 'CPU s: worker', 'CPU s: PostgreSQL', 'CPU s: Temporal'])
  return ['', head, '|---|---|---:|---:|---:|---:|', ...parts]
}

function notes(trials: readonly TrialResults[]): string[] {
  const noted = trials
    .filter(({ note, skipped }) => note && !skipped)
    .map(({ title, note }) => `- ${title}: ${note}.`)
  const failed = trials.flatMap(({ title, failures }) =>
    failures.map(failure => `- ${title} failed in ${failure.replaceAll('\n', ' ')}`),
  )
  return noted.length + failed.length ? ['', ...noted, ...failed] : []
}

function shown({ median, least, most }: Spread, places: number): string {
  const [middle, from, to] = [median, least, most].map(value => value.toFixed(places))
  if (most === 0) return '–'
  return from === to ? middle! : `${middle} (${from}–${to})`
}

const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`
const cell = (text: string) => text.replaceAll('|', '\\|').slice(0, 250)
