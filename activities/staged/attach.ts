/** First contact of a run from a staged source. */
import type { MigrateInput } from '../../model/payloads.ts'
import type { StagedRequest } from '../../model/plan-request.ts'
import { type Attached, attachTo } from '../attach.ts'
import type { Work } from '../edge.ts'
import { attachToFile } from '../into-sqlite/attach.ts'
import { stagedOrigin } from './source.ts'

type Into<K extends string> = MigrateInput<Extract<StagedRequest, { target: { kind: K } }>>

/** Into PostgreSQL. */
export const attach = (work: Work, input: Into<'postgres'>): Promise<Attached> =>
  attachTo(work, input, stagedOrigin(work, input.run, input.request))

/** Into a SQLite file. */
export const attachFile = (work: Work, input: Into<'sqlite'>): Promise<Attached> =>
  attachToFile(work, input, stagedOrigin(work, input.run, input.request))
