/** The preflight step: snapshot, every value read, plan; nothing is written to the target. */
import { ApplicationFailure } from '@temporalio/workflow'
import { type FailureFacts, failureType } from '../model/failure.ts'
import type { Course } from './course.ts'
import type { PlanSummary } from './messages.ts'
import { hostWork } from './proxies.ts'

/** Looks at source and target and plans; where an unfinished run is found, that one goes on. */
export async function preflight(course: Course, say: (detail: string) => void): Promise<PlanSummary> {
  const { input, progress } = course
  const { request } = input
  const work = hostWork(request.source.host, input.limits)
  say('asking source and target')
  const attached = await work.attach(input)
  course.run = progress.progress.run = attached.run
  if (attached.summary) {
    course.attached = true
    say(
      `going on with the unfinished run${attached.takenAt ? ` and its snapshot of ${attached.takenAt}` : ''}`,
    )
    return planned(course, attached.summary)
  }
  say('taking the snapshot')
  const { source, busySeconds } = request
  await work.takeSnapshot({ run: course.run, source, busySeconds })
  say('reading every value')
  await work.assess({ run: course.run, request })
  say('planning')
  const summary = await work.makePlan({
    run: course.run,
    request,
    ...(input.expectHash && { expectHash: input.expectHash }),
    ...(input.showValues && { showValues: true }),
  })
  planned(course, summary)
  say(`${summary.tables.length} tables`)
  if (summary.refusals.length > 0 && input.mode === 'full') throw refusal(summary)
  return summary
}

function planned(course: Course, summary: PlanSummary): PlanSummary {
  course.summary = summary
  course.progress.planned(summary)
  return summary
}

function refusal({ refusals }: PlanSummary): ApplicationFailure {
  const facts: FailureFacts = {
    code: 'refused',
    message: `preflight found ${refusals.length === 1 ? 'a reason' : `${refusals.length} reasons`} not to start`,
    remedy: 'Each is listed with its remedy',
  }
  return ApplicationFailure.create({
    type: failureType('refused'),
    nonRetryable: true,
    message: facts.message,
    details: [facts],
  })
}
