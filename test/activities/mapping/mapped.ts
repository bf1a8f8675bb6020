/** A stage, a target and a mapping, mapped by the engine itself. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { type Mapped, mapStage } from '../../../activities/mapping/map-stage.ts'
import { runFolder } from '../../../home/home.ts'
import type { AnyRequest } from '../../../model/plan-request.ts'
import { parsePlanFile } from '../../../model/planfile-parse.ts'
import { openStageFile } from '../../../stores/stage/schema.ts'

const RUN = '00000000-0000-4000-8000-000000000000'

export interface Scene {
  folder: string
  /** Where files beside the plan file lie. */
  beside: string
  map(
    mapping: string,
    more?: { preview?: number; mode?: 'full' | 'preflight'; stopAfter?: number },
  ): Promise<Mapped>
  image(sql: string): unknown[]
  rejected(): { table: string; key: string; rule: string; reason: string }[]
  artifact(name: string): unknown
  passwords(): string[][]
  [Symbol.dispose](): void
}

/** @param target statements of a SQLite target, or an endpoint */
export function scene(stage: string, target: string | AnyRequest['target'], home?: string): Scene {
  const beside = mkdtempSync(join(tmpdir(), 'longhaul-mapping-'))
  const folder = runFolder(RUN, home ?? beside)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const paths = { stage: join(folder, 'stage.db'), image: join(folder, 'snapshot.db') }
  const db = openStageFile(paths.stage)
  db.exec(stage)
  db.close()
  const endpoint: AnyRequest['target'] =
    typeof target === 'string' ? { kind: 'sqlite', path: join(beside, 'target.db'), host: 'here' } : target
  if (typeof target === 'string') new Database(join(beside, 'target.db')).exec(target).close()
  const reading = (path: string, sql: string): unknown[] => {
    const file = new Database(path, { readonly: true })
    try {
      return file.prepare(sql).all()
    } finally {
      file.close()
    }
  }
  return {
    folder,
    beside,
    map(mapping, { preview, mode = 'full', stopAfter } = {}) {
      const text = `version: 1\nmapping:\n${mapping}`
      const { file, mistakes } = parsePlanFile(text, 'plan.yaml')
      if (!file) throw new Error(JSON.stringify(mistakes))
      const stop = new AbortController()
      let batches = 0
      const progress = () => {
        if (++batches === stopAfter) stop.abort()
      }
      const input = { home: home ?? beside, run: RUN, ...paths, file, target: endpoint, mode }
      return mapStage({ ...input, ...(preview !== undefined && { preview }) }, progress, stop.signal)
    },
    image: sql => reading(paths.image, sql),
    rejected: () =>
      reading(paths.stage, 'SELECT "table", key, rule, reason FROM longhaul_rejected ORDER BY no') as never,
    artifact: name => JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')),
    passwords: () => {
      const path = join(folder, 'passwords.csv')
      return existsSync(path)
        ? readFileSync(path, 'utf8')
            .trimEnd()
            .split('\n')
            .slice(1)
            .map(line => line.split(','))
        : []
    },
    [Symbol.dispose]: () => rmSync(beside, { recursive: true, force: true }),
  }
}
