/** Files of an earlier export in the folder share a manifest with those that are written beside them. */
import { join } from 'node:path'
import { Failure } from '../../model/failure.ts'
import type { Manifest } from '../../model/files/manifest.ts'
import type { FileOptions } from '../../model/files/options.ts'
import type { Finding } from '../../model/finding.ts'
import type { Layout } from '../../model/into-files/layout.ts'
import type { ExportRequest } from '../../model/plan-request.ts'
import { readManifest } from '../../stores/files/read-manifest.ts'

/** Refused where the manifest of these files would make those of the earlier export be read as other values. */
export function otherManifest(
  folder: string,
  names: readonly string[],
  { manifest, options }: Pick<Layout, 'manifest' | 'options'>,
  { ifExists, target }: Pick<ExportRequest, 'ifExists' | 'target'>,
): Finding[] {
  if (manifest === undefined || target.options.dated) return []
  if (ifExists !== 'append' && ifExists !== 'replace') return []
  const path = join(folder, manifest)
  const earlier = read(path)
  if (typeof earlier === 'string') return [differs(path, earlier)]
  const written = new Set(names)
  if (!earlier?.files.some(({ file }) => !written.has(file))) return []
  const others = differences(earlier, target.format, options)
  if (others.length === 0) return []
  return [differs(path, `it names files that stay, and that were written with another ${others.join(', ')}`)]
}

/** Or why it cannot be read. */
function read(path: string): Manifest | string | undefined {
  try {
    return readManifest(path)
  } catch (error) {
    if (error instanceof Failure) return error.facts.message
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    return `it cannot be read (${code})`
  }
}

/** What decides how a file is read, with what is usual where nothing was said. */
const decisive = ({ delimiter, quote, header, encoding, escapeFormulas, ...options }: FileOptions) => ({
  delimiter: delimiter ?? ',',
  quote: quote ?? '"',
  header: header ?? true,
  encoding: (encoding ?? 'utf-8').toLowerCase().replace(/^utf-?(?=\d)/, 'utf-'),
  null: options.null ?? '',
  'escape-formulas': escapeFormulas ?? false,
})

function differences(earlier: Manifest, format: Manifest['format'], options: FileOptions): string[] {
  if (earlier.format !== format) return ['format']
  const before = Object.entries(decisive(earlier.options))
  const own = Object.values(decisive(options))
  return before.flatMap(([name, value], i) => (value === own[i] ? [] : [name]))
}

const differs = (path: string, message: string): Finding => ({
  code: 'manifest-differs',
  severity: 'refused',
  object: `file ${path}`,
  message,
  remedy: 'Choose another folder, or write with the format and the options of the files that are there',
})
