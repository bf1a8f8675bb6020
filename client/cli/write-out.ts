/** Files that a user names with `--out`. */
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { Failure } from '../../model/failure.ts'

/** Beside its place first (0600), so that no reader sees half of it. The folder is the user's and stays as it is. */
export function writeOut(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    writeFileSync(temporary, text, { mode: 0o600 })
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    const { code } = error as NodeJS.ErrnoException
    throw new Failure({ code: 'usage', object: `--out ${path}`, message: `it cannot be written (${code})` })
  }
}
