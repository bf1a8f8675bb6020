/**
 * The trials of speed: longhaul, its peers and the limit, in turn, on the same rows.
 *
 *     node bench/main.ts [--rows N=2000000] [--rounds N=5] [--only a,b] [--out FOLDER] [--sources FOLDER] [--list]
 *
 * `--out` keeps what was measured: `results/*.json` there, one for each set of trials and size, and of all of them
 * `RESULTS.md` and the plots; without it the page goes to standard output. `--rounds 0` only writes the page anew.
 * Generated sources stay in `--sources` (default: a folder beside the system's temporary files).
 */
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { checkout, machine, versions } from './machine.ts'
import { plot } from './plot.ts'
import { renderResults } from './render.ts'
import type { Results } from './results.ts'
import { playRounds } from './rounds.ts'
import type { Trial } from './trial.ts'
import { TRIALS } from './trials.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '2000000' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
    out: { type: 'string' },
    sources: { type: 'string', default: join(tmpdir(), 'longhaul-sources') },
    list: { type: 'boolean', default: false },
  },
})

async function main(rows: number, rounds: number): Promise<void> {
  const results = rounds > 0 ? await measure(chosen(), rows, rounds) : undefined
  if (!values.out) {
    if (results) console.log(renderResults([results]))
    return
  }
  if (results) keep(results, values.out)
  writePage(values.out)
}

async function measure(trials: readonly Trial[], rows: number, rounds: number): Promise<Results> {
  mkdirSync(values.sources, { recursive: true, mode: 0o700 })
  const order = { rows, rounds, sources: values.sources, say: (line: string) => console.error(line) }
  const { postgres, trials: played } = await playRounds(trials, order)
  return {
    ...{ date: new Date().toISOString(), command: commandLine(rows, rounds), machine: machine() },
    commit: checkout(),
    versions: await versions(postgres),
    ...{ rows, rounds, trials: played },
  }
}

const commandLine = (rows: number, rounds: number) =>
  `node bench/main.ts --rows ${rows} --rounds ${rounds}${values.only ? ` --only ${values.only}` : ''}`

function chosen(): readonly Trial[] {
  const names = values.only?.split(',')
  const unknown = names?.find(name => !TRIALS.some(trial => trial.name === name))
  if (unknown) throw new Error(`there is no trial "${unknown}"; --list names them`)
  return names ? TRIALS.filter(({ name }) => names.includes(name)) : TRIALS
}

/** The same trials at the same size replace what was measured of them. */
function keep(results: Results, out: string): void {
  const folder = join(out, 'results')
  mkdirSync(folder, { recursive: true })
  const set = values.only ? `-${values.only.replaceAll(',', '+')}` : ''
  writeFileSync(join(folder, `${results.rows}${set}.json`), `${JSON.stringify(results, null, 1)}\n`)
}

function writePage(out: string): void {
  const plots = new Map<Results, string>()
  const all = globSync(join(out, 'results', '*.json')).map(file => {
    const results = JSON.parse(readFileSync(file, 'utf8')) as Results
    const svg = plot(results)
    const picture = `results/${basename(file, '.json')}.svg`
    if (svg) {
      writeFileSync(join(out, picture), svg)
      plots.set(results, picture)
    }
    return results
  })
  const sorted = all.sort((a, b) => a.rows - b.rows || a.date.localeCompare(b.date))
  writeFileSync(join(out, 'RESULTS.md'), renderResults(sorted, plots))
}

function number(name: 'rows' | 'rounds'): number {
  const value = Number(values[name])
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} ${values[name]} is no number`)
  return value
}

if (values.list) for (const { name, title } of TRIALS) console.log(`${name.padEnd(14)} ${title}`)
else await main(number('rows'), number('rounds'))
