/** What longhaul wrote beside files. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../../model/failure.ts'
import { MANIFEST, type Manifest } from '../../model/files/manifest.ts'
import { parseManifest } from '../../model/files/manifest-schema.ts'

export const manifestOfFolder = (folder: string): string => join(folder, MANIFEST)
export const manifestOfFile = (file: string): string => `${file}.${MANIFEST}`

/** Undefined where there is none; fails with `source` where it is damaged, or names files outside of its folder. */
export function readManifest(path: string): Manifest | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const found = parsed(text)
  if (typeof found !== 'string') return found
  throw new Failure({
    code: 'source',
    object: `file ${path}`,
    message: `it is no list of files that longhaul wrote: ${found}`,
    remedy: 'Put back what was there, or move it away to read the files as any others',
  })
}

function parsed(text: string): Manifest | string {
  try {
    return parseManifest(JSON.parse(text))
  } catch {
    return 'it is no JSON'
  }
}
