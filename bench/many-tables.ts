/**
 * A source of very many tables with a few rows each, end to end: time, memory of the worker, histories, and how
 * large the answer to the query `progress` is.
 *
 *     node bench/many-tables.ts [TABLES=5000] [BYTES=1]
 *
 * `BYTES` is the length of one text in each table: beyond 4 MB a table is copied by a workflow of its own.
 */
import { Client, Connection } from '@temporalio/client'
import { progressQuery, workflowId } from '../workflows/messages.ts'
import { sizeLines } from './history.ts'
import { processFigures, withScene } from './scene.ts'

const [TABLES = 5000, BYTES = 1] = process.argv.slice(2).map(Number)

await withScene(async ({ stack, run, server, source, histories }) => {
  const path = source('many', db => {
    const long = 'a'.repeat(BYTES)
    for (let i = 0; i < TABLES; i++) {
      db.exec(`CREATE TABLE customer_orders_${i} (id INTEGER PRIMARY KEY, name TEXT, amount REAL)`)
      db.exec(`CREATE INDEX customer_orders_${i}_by_amount ON customer_orders_${i} (amount)`)
      const insert = db.prepare(`INSERT INTO customer_orders_${i} VALUES (?, ?, ?)`)
      insert.run(1, long, 1.5)
      insert.run(2, 'b', null)
      insert.run(3, 'c', i)
    }
  })
  const began = performance.now()
  const ended = await run(['full', '--from', `sqlite:${path}`, '--to', server.url, '--id', 'many'])
  console.log(`${TABLES} tables: status ${ended.status} in ${seconds(began)} s`)
  if (ended.status !== 0) console.log(ended.all.slice(-3000))
  console.log(
    ended.err
      .split('\n')
      .filter(line => /: done/.test(line))
      .join('\n'),
  )
  console.log(`output of the command: ${ended.out.length} characters, ${ended.out.split('\n').length} lines`)
  console.log('worker', processFigures(stack.worker.pid!))
  for (const line of sizeLines(await histories('many'))) console.log(line)
  const connection = await Connection.connect({ address: stack.address })
  const handle = new Client({ connection }).workflow.getHandle(workflowId('many'))
  const asked = performance.now()
  const answer = JSON.stringify(await handle.query(progressQuery))
  console.log(`query progress: ${answer.length} bytes in ${seconds(asked)} s`)
  await connection.close()
  for (const words of [
    ['show', 'many'],
    ['status', '--postgres', server.url],
    ['show', 'many', '--json'],
  ]) {
    const at = performance.now()
    const { out, status } = await run(words)
    console.log(
      `${words[0]}: status ${status}, ${out.length} characters, ${out.split('\n').length} lines in ${seconds(at)} s`,
    )
  }
})

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1)
}
