/** What findings and failures call the files of a stage. */
import type { Connection } from '../sqlite/open.ts'

/** A file that longhaul has named by what a row holds is known by its number: findings stand in histories. */
export function fileNames(db: Connection): (file: string) => string {
  const ofRows = db.prepare<[], number>(`SELECT content ->> 'ofRows' FROM longhaul_manifest`).pluck().get()
  if (!ofRows) return file => `file ${file}`
  const files = db.prepare<[], string>('SELECT file FROM longhaul_file ORDER BY no').pluck().all()
  return file => `file ${files.indexOf(file) + 1} of ${files.length}`
}
