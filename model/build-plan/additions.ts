/** What the additions of `--types optimized` go by, and how they are told. */
import type { Planning } from './draft.ts'

/** A note that names what is added. */
export function reportAdded({ findings }: Planning, object: string, message: string): void {
  findings.push({ code: 'optimized', severity: 'note', object, message })
}

/** The words of a name, whether it is written `created_at`, `createdAt` or `Created At`. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\d]+/u)
    .filter(Boolean)
}
