/** The hidden sheet by which a workbook knows what it holds. */
import { z } from 'zod'
import type { Manifest } from '../../model/files/manifest.ts'
import { parseManifest } from '../../model/files/manifest-schema.ts'

export interface BookManifest extends Manifest {
  /** Sheets with rows, in the order of the workbook; those of one table follow each other. */
  sheets: { name: string; table: string }[]
}

/** Lines of the first column: JSON in parts that a cell can hold. */
export function manifestLines(manifest: BookManifest, longest: number): string[] {
  // Within ASCII no part can end in the middle of a character.
  const json = JSON.stringify(manifest).replace(
    /[^\x20-\x7e]/g,
    char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return json.match(new RegExp(`.{1,${longest}}`, 'g')) ?? []
}

const sheets = z.array(z.object({ name: z.string(), table: z.string() }))

/** Undefined: the sheet has the name, and is somebody else's. */
export function bookManifestOf(lines: readonly string[]): BookManifest | undefined {
  if (!lines[0]?.startsWith('{"longhaul":"files"')) return undefined
  try {
    const found = JSON.parse(lines.join(''))
    const manifest = parseManifest(found)
    return typeof manifest === 'string' ? undefined : { ...manifest, sheets: sheets.parse(found.sheets) }
  } catch {
    return undefined
  }
}
