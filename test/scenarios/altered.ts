/** Lines of longhaul altered as they are loaded: for files that a worker preloads (`NODE_OPTIONS=--import`). */
import { registerHooks } from 'node:module'

export type Line = [honest: string, other: string]

/**
 * Threads of the worker load the altered file as well. Fails where a line does not stand there once.
 *
 * @param file the end of its path
 * @param before is called with the file's URL, before its code runs
 */
export function altered(
  file: string,
  lines: readonly Line[],
  before: (url: string) => void = () => {},
): void {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context)
      if (!url.endsWith(file)) return loaded
      before(url)
      const source = lines.reduce((text, line) => replaced(file, text, line), String(loaded.source))
      return { ...loaded, source }
    },
  })
}

function replaced(file: string, text: string, [honest, other]: Line): string {
  const parts = text.split(honest)
  if (parts.length !== 2)
    throw new Error(`${file} has the line "${honest}" ${parts.length - 1} times, not once`)
  return parts.join(other)
}
