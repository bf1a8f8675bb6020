/** Whether texts that go into columns of an enum are labels of it. */
import type { Finding } from '../model/finding.ts'
import type { Plan } from '../model/plan.ts'
import { needSnapshot } from './artifacts.ts'
import { runJob } from './jobs.ts'
import type { LabelledColumn } from './labels-job.ts'

export async function labelFindings(home: string, run: string, { what }: Plan): Promise<Finding[]> {
  const columns = what.tables.flatMap(table =>
    table.columns.flatMap(({ name, type, onError }): LabelledColumn[] =>
      type.kind === 'text' && type.labels && !onError
        ? [{ table: table.name, name, labels: type.labels }]
        : [],
    ),
  )
  if (columns.length === 0) return []
  const strays = await runJob('countStrays', { snapshot: needSnapshot(home, run), columns })
  return columns.flatMap(({ table, name }, i): Finding[] =>
    strays[i] === 0
      ? []
      : [
          {
            code: 'no-label',
            severity: 'refused',
            object: `${table}.${name}`,
            message: `${strays[i]} row(s) have a text that is no label of the enum in the target`,
            remedy: `Add the labels there, map the values, or set on_error: quarantine or default in the plan file`,
          },
        ],
  )
}
