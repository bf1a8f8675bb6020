/** Where the file of a run lies: a new database under a name of its own until it is whole. */

import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** In the same folder, so that it can be moved into its place in one step. */
export const workPath = (path: string, run: string): string =>
  join(dirname(path), `.${basename(path)}.longhaul-${run}`)

/** The file that the run writes now: its own while there is one, else the database itself. */
export function fileOfRun(path: string, run: string): string {
  const own = workPath(path, run)
  return existsSync(own) ? own : path
}

/** Files that runs write for this path, none of them in place yet. */
export function workFiles(path: string): string[] {
  const folder = dirname(path)
  const prefix = `.${basename(path)}.longhaul-`
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter(name => name.startsWith(prefix) && RUN.test(name.slice(prefix.length)))
    .map(name => join(folder, name))
}

/** A UUID, without the ends of side files. */
const RUN = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Two names of one file. */
export function isSameFile(one: string, other: string): boolean {
  const there = statSync(other, { throwIfNoEntry: false })
  return there !== undefined && there.ino === statSync(one).ino && there.dev === statSync(one).dev
}
