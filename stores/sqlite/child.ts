/** Runs a few lines of Node in a process of their own. */
import { spawn } from 'node:child_process'

/**
 * Runs `script` (CommonJS) with `args` and returns what it prints. Rejects with an error that has the `code`
 * of the file system where one ended it (`EACCES`, `ENOSPC`), and with the signal's reason when aborted.
 */
export function runChild(script: string, args: string[], signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['-e', guarded(script), '--', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
      killSignal: 'SIGKILL',
      // Options for this process (a debugger, a loader) are not for that one.
      env: { ...process.env, NODE_OPTIONS: '' },
    })
    let out = ''
    let errors = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
    child.on('error', error => reject(signal.aborted ? signal.reason : error))
    child.on('close', status => {
      if (signal.aborted) reject(signal.reason)
      else if (status === 0) resolve(out)
      else reject(Object.assign(new Error('a helper process failed'), { code: errors.trim() }))
    })
  })
}

const guarded = (script: string): string =>
  `try { ${script} } catch (error) { process.stderr.write(String(error.code ?? error)); process.exit(1) }`
