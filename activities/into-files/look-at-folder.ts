/** A look at the place of an export before anything is planned for it. */
import { accessSync, constants, existsSync, readdirSync, statfsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { FilesEndpoint } from '../../model/endpoint.ts'
import { MANIFEST } from '../../model/files/manifest.ts'
import type { Finding } from '../../model/finding.ts'
import type { Standing } from '../../model/into-files/plan.ts'
import type { ExportRequest } from '../../model/plan-request.ts'

/** What is there under the path. Whatever cannot be written to is a finding. */
export function lookAtFolder({ path }: FilesEndpoint, bytes: number): Standing {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
  const there = nearest(path)
  return { isFolder, findings: [...unwritable(there), ...full(there, bytes)] }
}

/** The folder itself, or the nearest one above it that is there. */
function nearest(path: string): string {
  for (let at = path; ; at = dirname(at))
    if (statSync(at, { throwIfNoEntry: false })?.isDirectory() || at === dirname(at)) return at
}

function unwritable(folder: string): Finding[] {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return []
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return [
      {
        code: 'folder-not-writable',
        severity: 'refused',
        object: `folder ${folder}`,
        message: `no file can be made there (${code})`,
        remedy: 'Give the user that runs the worker the right to write there, or choose another folder',
      },
    ]
  }
}

function full(folder: string, bytes: number): Finding[] {
  const { bavail, bsize } = statfsSync(folder)
  if (bavail * bsize > bytes) return []
  const mebibytes = (n: number) => `${Math.ceil(n / 1024 / 1024)} MiB`
  return [
    {
      code: 'folder-too-full',
      severity: 'refused',
      object: `folder ${folder}`,
      message: `the rows take ${mebibytes(bytes)}, and ${mebibytes(bavail * bsize)} are free`,
      remedy: 'Free some room, or choose a folder on a larger disk',
    },
  ]
}

/**
 * Files that are there under names that are to be written: refused, or said to be kept aside. Names of files for each row hold what
 * the row holds: they are told as examples, which stay on this host.
 */
export function filesInTheWay(
  folder: string,
  names: Iterable<string>,
  { ifExists, target: { options } }: Pick<ExportRequest, 'ifExists' | 'target'>,
): Finding[] {
  if (options.dated || !existsSync(folder)) return []
  const there = new Set(readdirSync(folder))
  const kept: string[] = []
  const open: string[] = []
  for (const name of names) if (there.has(name)) (isKept(name, ifExists) ? kept : open).push(name)
  return [
    ...told(folder, open, options.per !== undefined, REFUSED),
    ...told(folder, kept, options.per !== undefined, KEPT),
  ]
}

/** What is added beside files of others says so in one manifest with them. */
const isKept = (name: string, ifExists: ExportRequest['ifExists']): boolean =>
  ifExists === 'replace' || (ifExists === 'append' && name.endsWith(MANIFEST))

type Words = Pick<Finding, 'code' | 'severity' | 'message'> & { remedy?: string }

const REFUSED: Words = {
  code: 'file-exists',
  severity: 'refused',
  message: 'a file of this name is there',
  remedy: 'Choose another folder, --dated, or --if-exists replace',
}

const KEPT: Words = {
  code: 'file-replaced',
  severity: 'note',
  message: 'the file that is there is kept in the folder of the run, and comes back with a rollback',
}

const MOST = 100

function told(folder: string, names: readonly string[], hidden: boolean, words: Words): Finding[] {
  if (names.length === 0) return []
  if (!hidden) return names.slice(0, MOST).map(name => ({ ...words, object: `file ${join(folder, name)}` }))
  const message = `${names.length} of the files are there: ${words.message}`
  return [{ ...words, object: `folder ${folder}`, message, example: names[0]! }]
}
