/**
 * Writes the files that are made from code: `node scripts/generate.ts`. With `--check` it writes nothing, names
 * those that differ and exits with 1.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { planFileJsonSchema } from '../model/planfile.ts'
import { reportJsonSchema } from '../model/report/schema.ts'
import { withCases } from '../test/fidelity/page.ts'

/** `content` gets what is there: some pages are made in part. */
const GENERATED: { path: string; content: (there: string) => string }[] = [
  { path: 'docs/plan.schema.json', content: () => `${JSON.stringify(planFileJsonSchema(), null, 2)}\n` },
  { path: 'docs/report.schema.json', content: () => `${JSON.stringify(reportJsonSchema(), null, 2)}\n` },
  { path: 'docs/fidelity.md', content: withCases },
]

const check = process.argv.includes('--check')
const root = new URL('../', import.meta.url)

for (const { path, content } of GENERATED) {
  const file = fileURLToPath(new URL(path, root))
  const there = read(file)
  const wanted = content(there ?? '')
  if (there === wanted) continue
  if (check) {
    console.error(`${path} differs from the code that makes it. Run \`npm run generate\`.`)
    process.exitCode = 1
  } else {
    writeFileSync(file, wanted)
    console.log(`${path} written`)
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
