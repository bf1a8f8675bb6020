/**
 * A source of very many tables with a few rows each, end to end: time, memory of the worker, histories, and how
 * large the answer to the query `progress` is.
 *
 *     node bench/many-tables.ts [TABLES=5000]
 */
import { Client, Connection } from '@temporalio/client'
import { progressQuery, workflowId } from '../workflows/messages.ts'
import { sizeLines } from './history.ts'
import { processFigures, withScene } from './scene.ts'

const TABLES = Number(process.argv[2] ?? 5000)

await withScene(async ({ stack, run, server, source, histories }) => {
  const path = source('many', db => {
    for (let i = 0; i < TABLES; i++) {
      db.exec(`CREATE TABLE customer_orders_${i} (id INTEGER PRIMARY KEY, name TEXT, amount REAL)`)
      db.exec(`CREATE INDEX customer_orders_${i}_by_name ON customer_orders_${i} (name)`)
      db.exec(`INSERT INTO customer_orders_${i} VALUES (1, 'a', 1.5), (2, 'b', NULL), (3, 'c', ${i})`)
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
