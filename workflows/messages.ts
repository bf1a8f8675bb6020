/** What travels between clients, workflows and activities: names, no behaviour. */
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common'
import { defineQuery } from '@temporalio/workflow'
import type { Progress } from '../model/run.ts'

/** The queue of workflows and of work that any worker can do. */
export const TASK_QUEUE = 'longhaul'
/** The queue of the workers on one host: files are read where they lie. */
export const hostQueue = (host: string): string => `longhaul-host-${host}`
/** A run's workflow id; the name is the user's handle. */
export const workflowId = (name: string): string => `longhaul/${name}`

export type {
  CopyTableInput,
  CopyTableResult,
  Limits,
  MigrateInput,
  Mode,
  PlanSummary,
  ReplayInput,
  ReplayResult,
  RollbackInput,
  RollbackResult,
  RunPlace,
  TableGroup,
} from '../model/payloads.ts'

export const progressQuery = defineQuery<Progress>('progress')

export const SEARCH = {
  phase: defineSearchAttributeKey('LonghaulPhase', SearchAttributeType.KEYWORD),
  source: defineSearchAttributeKey('LonghaulSource', SearchAttributeType.KEYWORD),
  target: defineSearchAttributeKey('LonghaulTarget', SearchAttributeType.KEYWORD),
  state: defineSearchAttributeKey('LonghaulState', SearchAttributeType.KEYWORD),
} as const
