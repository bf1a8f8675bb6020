/** What has to be fetched before rows are laid down. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pino } from 'pino'
import { stagePath } from '../../../activities/artifacts.ts'
import { openStage } from '../../../activities/staged/open-stage.ts'
import { staged } from '../../../model/endpoint.ts'
import type { StagedRequest } from '../../../model/plan-request.ts'

const home = mkdtempSync(join(tmpdir(), 'longhaul-stage-'))
after(() => rmSync(home, { recursive: true, force: true }))
const work = { home, host: 'here', log: pino({ enabled: false }) }
const server = { kind: 'postgres', connection: 'old', schema: '*', host: 'here' } as const
const csv = { kind: 'files', format: 'csv', path: '/out', host: 'here', options: {} } as const
const file = { kind: 'sqlite', path: '/new.db', host: 'here' } as const

const pullOf = async (request: object) =>
  (await openStage(work, { run: 'r', request: request as StagedRequest })).pull

test('rows of a server are fetched, those of files are not', async () => {
  assert.deepEqual(await pullOf({ source: staged(server), target: file }), {
    source: server,
    target: { kind: 'sqlite', path: stagePath(home, 'r'), host: 'here' },
  })
  assert.equal(await pullOf({ source: staged(csv), target: file }), undefined)
})

test('rows that are taken again are there; files that are written again need theirs', async () => {
  const again = { run: 'earlier', what: 'rejected' }
  assert.equal(await pullOf({ source: staged(server), target: file, again }), undefined)
  assert.ok(await pullOf({ source: staged(server), target: csv, again: { ...again, what: 'failed' } }))
})
