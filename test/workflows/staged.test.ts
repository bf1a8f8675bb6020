/** Runs whose rows are laid down first, and runs that write files: what they do, in which order, and what they wait for. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Activities } from '../../activities/index.ts'
import { staged } from '../../model/endpoint.ts'
import type { MigrateInput } from '../../model/payloads.ts'
import type { AnyRequest } from '../../model/plan-request.ts'
import { FakeTarget } from './fake-target.ts'
import { migrateInput, startStage } from './stage.ts'

const stage = await startStage()
const HOST = 'stage'
const origin = { kind: 'postgres', connection: 'old', schema: '*', host: HOST } as const
const folder = { kind: 'files', format: 'xlsx', path: '/out', host: HOST, options: { dated: true } } as const

const asking = (over: Partial<AnyRequest>): Partial<MigrateInput> => ({
  request: { ...migrateInput().request, exclude: [], accept: [], ...over } as AnyRequest,
})

/** Its rows lie in PostgreSQL. */
class Pulled extends FakeTarget {
  override get activities(): Partial<Activities> {
    const openStage: Activities['openStage'] = async input => {
      this.calls.push({ name: 'openStage', tables: input.written ? ['written'] : [] })
      return { pull: { source: origin, target: { kind: 'sqlite', path: '/stage.db', host: HOST } } }
    }
    return { ...super.activities, openStage }
  }
}

const names = ({ calls }: FakeTarget) => calls.map(({ name }) => name)

test('rows of PostgreSQL are fetched by a run of their own before they are laid down', async () => {
  const [target, child] = [new Pulled([{ a: 1 }]), new FakeTarget([{ a: 2 }])]
  stage.playsChildren(child)
  const play = await stage.begin(target, asking({ source: staged(origin) }))
  const result = await play.result()
  assert.equal(result.state, 'done')
  assert.deepEqual(names(target).slice(0, 3), ['attach', 'openStage', 'takeSnapshot'])
  const [pulled] = child.reports
  assert.equal(pulled?.name, `${result.name}.pull`)
  assert.equal(pulled?.verdict, 'equal')
})

test('where not all rows were fetched nothing is laid down', async () => {
  const target = new Pulled([{ a: 1 }])
  class Losing extends FakeTarget {
    override get activities(): Partial<Activities> {
      const all = super.activities
      const validateTables: Activities['validateTables'] = async input =>
        (await all.validateTables!(input)).map(table => ({ ...table, verdict: 'different' }))
      return { ...all, validateTables }
    }
  }
  stage.playsChildren(new Losing([{ a: 1 }]))
  const play = await stage.begin(target, asking({ source: staged(origin) }))
  const { facts, result } = await play.failure()
  assert.match(facts.message, /not all rows that were fetched/)
  assert.equal(result.exit, 3)
  assert.equal(target.called('takeSnapshot'), 0)
})

test('by way of files: these are written and read again first, and their run is known to the stage', async () => {
  const [target, child] = [new Pulled([{ a: 1 }]), new FakeTarget([{ a: 1 }])]
  // That one asks for rows of PostgreSQL as well, and here its stage has them.
  stage.playsChildren(child)
  const play = await stage.begin(
    target,
    asking({ source: staged(folder), via: { source: origin, target: folder } }),
  )
  await play.result()
  assert.deepEqual(
    target.calls.filter(({ name }) => name === 'openStage'),
    [{ name: 'openStage', tables: ['written'] }],
  )
  assert.deepEqual(
    names(child)
      .filter(name => ['openStage', 'writeFiles', 'validateTables', 'report'].includes(name))
      .slice(0, 6),
    ['openStage', 'writeFiles', 'writeFiles', 'writeFiles', 'validateTables', 'report'],
  )
})

test('a run that writes files asks until all are written, and says how many are', async () => {
  const target = new FakeTarget([{ a: 0 }])
  const play = await stage.begin(target, asking({ target: folder }))
  const result = await play.result()
  assert.equal(result.state, 'done')
  assert.equal(target.called('writeFiles'), 3)
  assert.equal(target.called('copyChunks'), 0)
  const { steps } = await play.progress()
  assert.equal(steps.find(({ name }) => name === 'copy')?.detail, '3 of 3 files')
})
