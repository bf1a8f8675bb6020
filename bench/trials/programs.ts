/** Programs that trials need, and their versions. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The Python of the hand-written script: `PYTHON` says which one has psycopg2. */
export const python = (): string => process.env.PYTHON ?? 'python3'

/** First line of what a program says of its version; undefined where it is not installed. */
export async function version(program: string, words = ['--version']): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await run(program, words)
    return (stdout || stderr).trim().split('\n')[0]
  } catch {
    return undefined
  }
}

/** Why a trial with these programs cannot be. */
export async function missing(...programs: string[]): Promise<string | undefined> {
  for (const program of programs) if (!(await version(program))) return `${program} is not installed`
  return undefined
}
