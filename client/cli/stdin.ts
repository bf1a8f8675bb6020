/** Standard input as a source: workers read files, so it becomes one first. */
import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { makeFolder } from '../../home/home.ts'

const STDIN = /^(csv|json|jsonl):-$/

export const isStdin = (from: string | undefined): from is string => from !== undefined && STDIN.test(from)

/**
 * Reads standard input to its end into a file (0600) of the state folder, and gives its URL. The same bytes give the
 * same URL, so that the same command goes on with its run.
 */
export async function keepStdin(from: string, home: string): Promise<string> {
  const [, format] = STDIN.exec(from)!
  const folder = makeFolder(join(home, 'stdin'))
  const half = join(folder, `${randomUUID()}.half`)
  const hash = createHash('sha256')
  try {
    await pipeline(process.stdin, tapped(hash), createWriteStream(half, { mode: 0o600 }))
    const own = makeFolder(join(folder, hash.digest('hex').slice(0, 16)))
    const file = join(own, `stdin.${format}`)
    renameSync(half, file)
    return `${format}:${file}`
  } finally {
    rmSync(half, { force: true })
  }
}

const tapped = (hash: { update: (chunk: Buffer) => unknown }) =>
  async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      hash.update(chunk)
      yield chunk
    }
  }

/** The run is done with it. */
export function forgetStdin(url: string): void {
  rmSync(dirname(url.slice(url.indexOf(':') + 1)), { recursive: true, force: true })
}
