/**
 * What a million rows cost Temporal: events and bytes of the histories, for tables of one size each.
 *
 *     node bench/million-rows.ts [ROWS=1000000]
 */
import { sizeLines } from './history.ts'
import { processFigures, withScene } from './scene.ts'

const ROWS = Number(process.argv[2] ?? 1_000_000)

await withScene(async ({ stack, run, server, source, histories }) => {
  const path = source('million', db => {
    db.exec('CREATE TABLE reading (id INTEGER PRIMARY KEY, place TEXT, celsius REAL, note TEXT)')
    const insert = db.prepare('INSERT INTO reading VALUES (?, ?, ?, ?)')
    for (let i = 1; i <= ROWS; i++) insert.run(i, `place ${i % 997}`, i / 8, `a note of some length, ${i}`)
  })
  const ended = await run(['full', '--from', `sqlite:${path}`, '--to', server.url, '--id', 'million'])
  console.log(`${ROWS} rows: status ${ended.status}`)
  console.log(
    ended.err
      .split('\n')
      .filter(line => /: done/.test(line))
      .join('\n'),
  )
  for (const line of sizeLines(await histories('million'))) console.log(line)
  console.log('worker', processFigures(stack.worker.pid!))
})
