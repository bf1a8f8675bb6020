import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProgressLines } from '../../client/cli/lines.ts'
import { LiveView } from '../../client/cli/live.ts'
import { Output } from '../../client/cli/output.ts'
import { duration, table, width } from '../../client/cli/text.ts'
import { withLedger } from '../../client/progress.ts'
import { type Progress, STEPS, type StepName, type TableProgress } from '../../model/run.ts'

function at(step: StepName, tables: TableProgress[] = []): Progress {
  const reached = STEPS.indexOf(step)
  return {
    ...{ run: 'r', name: 'app-1', state: 'running', source: 'sqlite:a.db', target: 'postgresql://db/app' },
    steps: STEPS.map((name, i) => ({
      name,
      state: i < reached ? 'done' : i === reached ? 'running' : 'pending',
    })),
    tables,
    findings: { refused: 0, consent: 0, incomplete: 0, warning: 0, note: 0 },
  }
}

const users = (written: number): TableProgress => ({ name: 'users', state: 'copying', rows: 1000, written })

test('lines: one for each change of a step, rows at most every 5 s', () => {
  const lines = new ProgressLines()
  assert.deepEqual(lines.next(at('preflight'), 0), ['preflight: running'])
  assert.deepEqual(lines.next(at('preflight'), 1000), [])
  const copying = lines.next(at('copy', [users(0)]), 2000)
  assert.ok(copying.includes('copy: running'))
  assert.equal(copying.at(-1), 'copy: 0 of 1 tables, 0 of 1,000 rows (0 %)')
  assert.deepEqual(lines.next(at('copy', [users(100)]), 3000), [])
  const later = lines.next(at('copy', [users(500)]), 7000)
  assert.deepEqual(later, ['copy: 0 of 1 tables, 500 of 1,000 rows (50 %), 100 rows/s, 5.0 s left'])
})

test('the live view fits into every terminal', () => {
  const tables = Array.from({ length: 300 }, (_, i) => ({ ...users(i), name: `table ${i} 名前👍` }))
  for (const columns of [20, 40, 80, 200]) {
    for (const rows of [10, 24, 60]) {
      const view = new LiveView()
      view.lines(at('copy', tables), 0, { columns, rows })
      const lines = view.lines(
        at(
          'copy',
          tables.map(t => ({ ...t, written: t.written + 5 })),
        ),
        1000,
        { columns, rows },
      )
      assert.ok(lines.length < Math.max(rows, 12), `${lines.length} lines in ${rows}`)
      for (const line of lines) assert.ok(width(line) < columns, line)
    }
  }
})

test('the live view counts the tables that find no room', () => {
  const tables = Array.from({ length: 50 }, (_, i) => ({ ...users(0), name: `t${i}` }))
  const text = new LiveView().lines(at('copy', tables), 0, { columns: 80, rows: 24 }).join('\n')
  const shown = text.match(/^ {2}t\d+/gm)!.length
  assert.match(text, new RegExp(`… and ${50 - shown} more`))
})

test('figures of the ledger go before what the workflow knows', () => {
  const row = {
    ...{ name: 'users', expected: 1000, chunks: 2, chunksDone: 1, read: 400, written: 400 },
    skipped: 0,
    quarantined: 0,
    altered: 0,
    bytes: 1,
    state: 'copying' as const,
  }
  assert.equal(withLedger(at('copy', [users(0)]), [row]).tables[0]!.written, 400)
})

test('a message while the view stands: the view is taken away, and put back below it', () => {
  let screen = ''
  const terminal = { write: (text: string) => Boolean((screen += text)), isTTY: true }
  const out = new Output(terminal, terminal, {})
  out.draw(['one', 'two'])
  screen = ''
  out.say('a message')
  assert.equal(screen, '\x1b[2A\x1b[Ja message\none\ntwo\n')
})

test('names that would command the terminal are escaped wherever they are shown', () => {
  let screen = ''
  const terminal = { write: (text: string) => Boolean((screen += text)), isTTY: true }
  const out = new Output(terminal, terminal, {})
  const evil = { ...users(1), name: 'a\x1b]0;title\x07\nb' }
  const progress = { ...at('copy', [evil]), source: 'sqlite:\x1b[2J.db' }
  out.draw(new LiveView().lines(progress, 0, { columns: 200, rows: 40 }))
  out.print(table([{ title: 'name', value: (t: TableProgress) => t.name }], [evil]))
  assert.ok(!screen.includes('\x1b'), JSON.stringify(screen))
  assert.ok(!screen.includes('\x07'))
})

test('durations in the words that fit their size', () => {
  const cases: [number, string][] = [
    [0.042, '0.04 s'],
    [1.44, '1.4 s'],
    [59.6, '1 min 0 s'],
    [61, '1 min 1 s'],
    [3700, '1 h 1 min'],
    [90_000, '1 d 1 h'],
  ]
  for (const [seconds, words] of cases) assert.equal(duration(seconds), words)
})
