/** The folder that files go to. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { FilesEndpoint } from '../../model/endpoint.ts'

/** Without the part that is named by date and time. */
export const folderOf = ({ path }: Pick<FilesEndpoint, 'path'>, single: boolean): string =>
  single ? dirname(path) : path

/** As in `20260314-151617`, by the clock of this host; a name that nobody has yet. */
export function datedFolder(folder: string, at: Date): string {
  const two = (n: number) => String(n).padStart(2, '0')
  const date = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`
  const stamp = `${date}-${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`
  for (let n = 1; ; n++) {
    const path = join(folder, n === 1 ? stamp : `${stamp}-${n}`)
    if (!existsSync(path)) return path
  }
}

/** Those above a path that are not there yet, the outermost first, and itself. */
export function missingFolders(path: string): string[] {
  const missing: string[] = []
  for (let at = path; !existsSync(at); at = dirname(at)) missing.unshift(at)
  return missing
}
