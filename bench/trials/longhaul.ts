/** `longhaul full`, the real command beside a running stack. */
import { readFileSync } from 'node:fs'
import type { ReportDocument } from '../../model/report/document.ts'
import type { RunResult, StepProgress } from '../../model/run.ts'
import { LONGHAUL } from '../../test/end-to-end/cli.ts'
import type { Stage, Step, Trial } from '../trial.ts'

export const LONGHAUL_TRIAL: Trial = {
  name: 'longhaul',
  title: 'longhaul full',
  note: 'also takes a snapshot, assesses every value before and compares every row afterwards',
  source: 'documents',
  usesStack: true,
  run: async stage => ({ steps: await migrate(stage) }),
}

/** Runs it to status 0; gives the times of its steps as its report has them. */
export async function migrate({ source, server, stack, database, command }: Stage): Promise<Step[]> {
  const words = ['full', '--from', `sqlite:${source.path}`, '--to', server.url(database)]
  const out = await command(process.execPath, [LONGHAUL, ...words, '--json', '--quiet', '--yes'], {
    env: stack.env,
  })
  const { result } = JSON.parse(out) as { result: RunResult }
  const report = JSON.parse(readFileSync(result.report!.json, 'utf8')) as ReportDocument
  return report.steps.flatMap(times)
}

function times({ name, startedAt, endedAt }: StepProgress): Step[] {
  if (!startedAt || !endedAt) return []
  const [from, to] = [Date.parse(startedAt), Date.parse(endedAt)]
  return [{ name, seconds: (to - from) / 1000, from, to }]
}
