/** In a thread: the values of the rows that findings give as examples. */
import { exampleColumns } from '../model/example-columns.ts'
import type { Finding } from '../model/finding.ts'
import type { Schema } from '../model/schema.ts'
import { exampleValues } from '../stores/sqlite/example-values.ts'
import { openSnapshot } from '../stores/sqlite/open.ts'

/** By the place of its finding in the list: the value, where it has an example. For artifacts of 0600 alone. */
export async function findExampleValues(
  { snapshot, schema, findings }: { snapshot: string; schema: Schema; findings: Finding[] },
  progress: (detail: unknown) => void,
): Promise<(string | undefined)[]> {
  const db = openSnapshot(snapshot)
  const columnsOf = exampleColumns(schema)
  try {
    return findings.map((finding, i) => {
      const about = columnsOf(finding)
      if (!about) return undefined
      progress({ examples: i })
      return exampleValues(db, { ...about, key: finding.example! })
    })
  } finally {
    db.close()
  }
}
