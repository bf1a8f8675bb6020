/** What travels between clients, workflows and activities: names, no behaviour. */
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common'
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow'
import type { Edit, Orders, TableFigures, Waiting } from '../model/control.ts'
import type { Finding } from '../model/finding.ts'
import type { PlanSummary } from '../model/payloads.ts'
import type { Loss } from '../model/rollback.ts'
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
  RepairInput,
  RepairResult,
  ReplayInput,
  ReplayResult,
  RollbackInput,
  RollbackResult,
  RunPlace,
  TableGroup,
} from '../model/payloads.ts'

export const progressQuery = defineQuery<Progress>('progress')
/** What will be done, as far as it is known; undefined before there is a plan. */
export const planQuery = defineQuery<PlanSummary | undefined>('plan')
export const findingsQuery = defineQuery<Finding[]>('findings')
/** Empty where the run waits for nobody. */
export const waitingForQuery = defineQuery<Waiting[]>('waitingFor')

/** Who gives an order, as far as they say. */
interface By {
  by?: string
  comment?: string
}

/** What an order came to, in words. */
export interface Ordered {
  message: string
}

/** Without a table: the whole run. Also as plain signals of the same names, for tools that know no updates. */
export const pauseUpdate = defineUpdate<Ordered, [({ table?: string } & By)?]>('pause')
export const resumeUpdate = defineUpdate<Ordered, [({ table?: string } & By)?]>('resume')
export const pauseSignal = defineSignal<[({ table?: string } & By)?]>('pause')
export const resumeSignal = defineSignal<[({ table?: string } & By)?]>('resume')
/** Null takes a limit away, absent leaves it as it is. */
export const throttleUpdate = defineUpdate<
  Ordered,
  [{ rowsPerSecond?: number | null; concurrency?: number | null } & By]
>('throttle')
export const skipUpdate = defineUpdate<Ordered, [{ table: string } & By]>('skip')
/** Without a table: all that failed. `accept`: of a rollback, what may be lost after all. */
export const retryUpdate = defineUpdate<Ordered, [({ table?: string; accept?: Loss[] } & By)?]>('retry')
export const approveUpdate = defineUpdate<Ordered, [{ step: string; by: string; comment?: string }]>(
  'approve',
)
export const rejectUpdate = defineUpdate<Ordered, [{ step: string; by: string; comment?: string }]>('reject')
export const editUpdate = defineUpdate<Ordered, [Edit & By]>('edit')

/** Parent to child: the orders in force. */
export const ordersSignal = defineSignal<[Orders]>('orders')
/** What a child tells its parent. */
export interface Told {
  group: number
  /** How far its tables are; none where that is no news. */
  figures: TableFigures[]
  /** Orders hold it, and nothing of it is under way. */
  resting: boolean
  /** The orders in force there: what is under way was begun with them. */
  revision: number
  /** It waits for a worker of this host. */
  host?: string
}
export const figuresSignal = defineSignal<[Told]>('figures')

export const SEARCH = {
  phase: defineSearchAttributeKey('LonghaulPhase', SearchAttributeType.KEYWORD),
  source: defineSearchAttributeKey('LonghaulSource', SearchAttributeType.KEYWORD),
  target: defineSearchAttributeKey('LonghaulTarget', SearchAttributeType.KEYWORD),
  state: defineSearchAttributeKey('LonghaulState', SearchAttributeType.KEYWORD),
} as const
