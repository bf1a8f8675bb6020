import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { Scene, World } from './harness.ts'

/** Everything in the target, schema and rows, as text that is equal for equal databases. */
export function dump({ cluster }: World, { url }: Scene): string {
  const words = ['--dbname', url, '--no-comments']
  const text = execFileSync(join(cluster.binDir, 'pg_dump'), words, { encoding: 'utf8', maxBuffer: 2 ** 28 })
  // Newer minor versions put a random word around the script.
  return text.replace(/^\\(un)?restrict .*$/gm, '')
}
