/** The preflight step: snapshot, every value read, plan; nothing is written to the target. */
import type { ApplicationFailure } from '@temporalio/workflow'
import { unpacked } from '../model/packed-summary.ts'
import type { Course } from './course.ts'
import { failureOf } from './failures.ts'
import { fetchFirst, isStaged } from './fetch.ts'
import type { PlanSummary } from './messages.ts'

/** Looks at source and target and plans; where an unfinished run is found, that one goes on. */
export async function preflight(course: Course, say: (detail: string) => void): Promise<PlanSummary> {
  const { input, progress } = course
  const { request } = input
  const work = course.work.on(request.source.host)
  say('asking source and target')
  const attached = await work.attach(input)
  course.run = attached.run
  progress.goesOnWith(attached.run)
  if (attached.summary) {
    course.attached = true
    course.control.book.inherit(attached.skipped ?? [], attached.lifted ?? [])
    const { takenAt, since } = attached
    say(
      `going on with the unfinished run${takenAt ? ` and its snapshot of ${takenAt}` : ''}${since ? `; ${since}` : ''}`,
    )
    return planned(course, unpacked(attached.summary))
  }
  const { source, busySeconds } = request
  if (isStaged(request)) await fetchFirst(course, request, say)
  say(isStaged(request) ? 'laying down the rows' : 'taking the snapshot')
  await work.takeSnapshot({
    run: course.run,
    source,
    busySeconds,
    ...(isStaged(request) && { request, mode: input.mode }),
  })
  say('reading every value')
  await work.assess({ run: course.run, request })
  say('planning')
  const summary = unpacked(
    await work.makePlan({
      run: course.run,
      request,
      ...(input.expectHash && { expectHash: input.expectHash }),
      ...(input.showValues && { showValues: true }),
    }),
  )
  planned(course, summary)
  say(`${summary.tables.length} tables`)
  if (summary.refusals.length > 0 && input.mode === 'full') throw refusal(summary)
  return summary
}

function planned(course: Course, summary: PlanSummary): PlanSummary {
  course.summary = summary
  course.progress.planned(summary)
  course.control.planned(summary)
  return summary
}

const refusal = ({ refusals }: PlanSummary): ApplicationFailure =>
  failureOf({
    code: 'refused',
    message: `preflight found ${refusals.length === 1 ? 'a reason' : `${refusals.length} reasons`} not to start`,
    remedy: 'Each is listed with its remedy',
  })
