/** A run that takes orders and does no work: what commands say of it is decided by its story alone. */
import { ApplicationFailure, condition, proxyActivities, setHandler } from '@temporalio/workflow'
import type { Waiting } from '../../model/control.ts'
import { type Progress, type RunResult, STEPS } from '../../model/run.ts'
import {
  approveUpdate,
  editUpdate,
  pauseUpdate,
  progressQuery,
  rejectUpdate,
  resumeUpdate,
  retryUpdate,
  skipUpdate,
  throttleUpdate,
} from '../../workflows/messages.ts'

interface Order {
  table?: string
  by?: string
}

export interface Story {
  name: string
  waiting: Waiting[]
  /** An activity is under way, and is told of a pause by nobody. */
  busy?: boolean
}

const { copyChunks } = proxyActivities<{ copyChunks(): Promise<void> }>({ startToCloseTimeout: '1 hour' })

export async function migrate({ name, waiting, busy }: Story): Promise<RunResult> {
  let paused = false
  const state = () => (paused ? 'paused' : waiting.length > 0 ? 'waiting' : 'running')
  const progress = (): Progress => ({
    ...{ run: '00000000-0000-4000-8000-000000000000', name, state: state() },
    ...{ source: 'sqlite:app.db', target: 'postgresql://db/app' },
    steps: STEPS.map(step => ({ name: step, state: step === 'copy' ? 'running' : 'pending' })),
    tables: [{ name: 'users', state: 'copying', rows: 10, written: 4 }],
    findings: { refused: 0, consent: 0, incomplete: 0, warning: 0, note: 0 },
    waiting: paused ? [{ kind: 'resume', text: 'a resume' }] : waiting,
  })
  const refuse = (message: string) =>
    ApplicationFailure.create({
      type: 'longhaul.usage',
      message,
      details: [{ code: 'usage', object: `run ${name}`, message, remedy: 'Do otherwise' }],
    })
  let over = ''
  setHandler(progressQuery, progress)
  setHandler(
    pauseUpdate,
    (order?: Order) => {
      paused = true
      return { message: `paused by ${order?.by ?? 'nobody'}` }
    },
    {
      validator: (order?: Order) => {
        if (paused) throw refuse('it is paused already')
        if (order?.table === 'nothing') throw refuse('it has no table "nothing"')
      },
    },
  )
  setHandler(resumeUpdate, () => {
    paused = false
    return { message: 'goes on' }
  })
  setHandler(retryUpdate, () => {
    waiting = []
    over = 'retried'
    return { message: 'tries again' }
  })
  setHandler(approveUpdate, ({ step, by, comment }) => {
    over = `${step} approved by ${by}: ${comment}`
    return { message: over }
  })
  setHandler(rejectUpdate, ({ by }) => ({ message: `rejected by ${by}` }))
  setHandler(skipUpdate, ({ table }) => ({ message: `leaves out ${table}` }))
  setHandler(throttleUpdate, order => ({ message: JSON.stringify(order) }))
  setHandler(editUpdate, order => ({ message: JSON.stringify(order) }))
  if (busy) await copyChunks()
  await condition(() => over !== '')
  return {
    ...{ run: '00000000-0000-4000-8000-000000000000', name, state: 'done', exit: 0, verdict: 'equal' },
    ...{ rows: 10, tables: 1, differences: [], findings: [], message: over },
  }
}
