/** What an export has left, for whoever reads the files after it. */
export interface Exported {
  /** Absolute. */
  folder: string
  /** Relative to it, in the order in which they were written; without the manifest. */
  files: string[]
  /** Those that could not be written, with the reason in words. */
  failed: { file: string; error: string }[]
}
