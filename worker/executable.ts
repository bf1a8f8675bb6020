/** Programs of the machine: where they are, whether they work, and what they may know of us. */
import { execFile } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const SUFFIX = process.platform === 'win32' ? '.exe' : ''

/** The first program of that name on the PATH. */
export function onPath(name: string, path = process.env.PATH ?? ''): string | undefined {
  const folders = path.split(delimiter).filter(folder => folder !== '')
  return folders.map(folder => join(folder, name + SUFFIX)).find(isProgram)
}

export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/**
 * What a program answers to `--version`, or an error that says why it does not. An empty or truncated file
 * may end with status 0 (the shell runs it), so callers look at the words.
 */
export async function versionOf(path: string): Promise<string> {
  const { stdout } = await run(path, ['--version'], { timeout: 20_000, env: childEnvironment() })
  return stdout.trim()
}

const PASSED_ON =
  /^(PATH|HOME|USER|LOGNAME|SHELL|TMPDIR|TEMP|TMP|LANG|LC_\w+|TZ|SystemRoot|GO(?!OGLE)\w*|CGO_\w+|CC|CXX|\w+_proxy|SSL_CERT_\w+|GIT_\w+|XDG_\w+|LD_LIBRARY_PATH)$/i

/** The environment for programs that are not ours: nothing in it that could be a password of ours. */
export function childEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => PASSED_ON.test(name)))
}
