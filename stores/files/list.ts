/** Which files an endpoint means. */
import { readdirSync, realpathSync, type Stats, statSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import { count, number } from '../../model/amounts.ts'
import type { FilesEndpoint } from '../../model/endpoint.ts'
import { Failure } from '../../model/failure.ts'
import { MANIFEST, type Manifest, type ManifestFile, type ManifestTable } from '../../model/files/manifest.ts'
import type { FileFormat, FileOptions } from '../../model/files/options.ts'
import { manifestOfFile, manifestOfFolder, readManifest } from './read-manifest.ts'

export interface ListedFile {
  /** Its name, without the folder. */
  file: string
  path: string
  bytes: number
  /** How it is read: what a manifest says, and over it what the user said. */
  options: FileOptions
  /** The tables in it, where a manifest says so. */
  known?: ManifestTable[]
  /** What it was like when longhaul wrote it. */
  wrote?: ManifestFile
}

export interface Listed {
  /** Sorted by name. */
  files: ListedFile[]
  /** That of the format, where longhaul wrote the files. */
  manifest?: Manifest
}

/** The first one is what longhaul writes. */
export const EXTENSIONS: Record<FileFormat, readonly string[]> = {
  csv: ['.csv', '.tsv', '.tab', '.psv', '.txt'],
  json: ['.json', '.jsonl', '.ndjson'],
  jsonl: ['.jsonl', '.ndjson', '.json'],
  xlsx: ['.xlsx', '.xlsm'],
  sql: ['.sql'],
  dump: ['.dump', '.backup', '.pgdump', '.custom'],
}

/**
 * The one file, or those of the folder that have an extension of the format; whether all that a manifest names are there is not
 * looked at. Fails with `source` where there is none.
 */
export function listFiles(endpoint: FilesEndpoint): Listed {
  const { path } = endpoint
  if (path.includes('\0')) throw unread(path, 'a path has no NUL in it')
  const real = reached(path, () => realpathSync(path))
  const stats = statSync(real)
  if (stats.isDirectory()) return inFolder(endpoint, real)
  if (!stats.isFile()) throw unread(path, 'it is neither a file nor a folder')
  return oneFile(endpoint, stats)
}

function oneFile({ path, format, options }: FilesEndpoint, { size }: Stats): Listed {
  const file = basename(path)
  const own = ofFormat(readManifest(manifestOfFile(path)), format)
  const around = own ?? ofFormat(readManifest(manifestOfFolder(dirname(path))), format)
  const manifest = around?.files.some(entry => entry.file === file) ? around : undefined
  const listed = withKnown({ file, path, bytes: size, options }, manifest)
  return { files: [listed], ...(own && manifest && { manifest }) }
}

function inFolder({ path, format, options }: FilesEndpoint, folder: string): Listed {
  const manifest = ofFormat(readManifest(manifestOfFolder(folder)), format)
  const names = new Set(readdirSync(folder).filter(name => isMeant(name, format)))
  if (names.size === 0)
    throw unread(path, `there is no file in it whose name ends with ${EXTENSIONS[format].join(', ')}`)
  const files = [...names].sort().map(file => {
    const { path: at, size } = within(folder, file)
    return withKnown({ file, path: at, bytes: size, options }, manifest)
  })
  return { files, ...(manifest && { manifest }) }
}

/** What to tell of a file that longhaul wrote and somebody has changed since; a file that was cut off may still be read. */
export function sinceWritten({ wrote }: ListedFile, rows: number, sha256: string): string[] {
  if (!wrote || wrote.sha256 === sha256) return []
  const then = Object.values(wrote.rows).reduce((sum, some) => sum + some, 0)
  const less = rows === then ? '' : `: it has ${count(rows, 'row')}, and had ${number(then)}`
  return [`it was changed after longhaul wrote it${less}`]
}

/** Neither hidden, nor the lock of a spreadsheet program, nor a manifest. */
function isMeant(name: string, format: FileFormat): boolean {
  const folded = name.toLowerCase()
  if (/^(\.|~\$)/.test(name) || folded === MANIFEST || folded.endsWith(`.${MANIFEST}`)) return false
  return EXTENSIONS[format].some(extension => folded.endsWith(extension))
}

function within(folder: string, file: string): { path: string; size: number } {
  const path = join(folder, file)
  const real = reached(path, () => realpathSync(path))
  if (!real.startsWith(folder.endsWith(sep) ? folder : folder + sep))
    throw unread(path, 'it is a link that leads out of its folder')
  const stats = statSync(real)
  if (!stats.isFile()) throw unread(path, 'it is no ordinary file')
  return { path, size: stats.size }
}

function withKnown(listed: ListedFile, manifest: Manifest | undefined): ListedFile {
  const entry = manifest?.files.find(({ file }) => file === listed.file)
  if (!manifest || !entry) return listed
  const known = manifest.tables.filter(({ name }) => Object.hasOwn(entry.rows, name))
  return { ...listed, options: { ...manifest.options, ...listed.options }, known, wrote: entry }
}

const ofFormat = (manifest: Manifest | undefined, format: FileFormat): Manifest | undefined =>
  manifest?.format === format ? manifest : undefined

function reached<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') throw unread(path, 'there is no such file or folder')
    if (code === 'EACCES' || code === 'ELOOP') throw unread(path, `it cannot be read (${code})`)
    throw error
  }
}

const unread = (path: string, message: string) =>
  new Failure({
    code: 'source',
    object: path,
    message,
    remedy: 'Name a file, or a folder that has files of this format in it',
  })
