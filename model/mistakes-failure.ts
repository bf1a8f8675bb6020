/** Mistakes of a plan file as one failure that lists them with their places. */
import { Failure } from './failure.ts'
import type { Mistake } from './plan-request.ts'

export function mistakesFailure(path: string, mistakes: readonly Mistake[]): Failure {
  const lines = mistakes.map(
    m => `  ${path}:${m.line}:${m.column}${m.path && ` ${m.path}`}: ${m.message}. ${m.remedy}`,
  )
  const count = mistakes.length === 1 ? 'one mistake' : `${mistakes.length} mistakes`
  return new Failure({ code: 'usage', object: `plan file ${path}`, message: `${count}\n${lines.join('\n')}` })
}
