/** Where the rows of a run into a file come from: the one place that tells a PostgreSQL source from an image. */
import type { FileChunk, Written } from '../../ledger/in-file/chunks.ts'
import type { Endpoint, PostgresSource } from '../../model/endpoint.ts'
import type { TablePlan } from '../../model/plan.ts'
import type { Cell } from '../../model/types.ts'
import type { Digest } from '../../stores/digest/digest.ts'
import type { RowHeard } from '../../stores/digest/digester.ts'
import type { Connection } from '../../stores/sqlite/open.ts'
import { withSource } from '../from-postgres/session.ts'
import type { Progress } from '../progress.ts'
import { tellBackend } from '../session.ts'
import type { RunFile } from './file.ts'
import { withImage } from './rows-of-image.ts'
import { rowsOfServer } from './rows-of-server.ts'

export type RowsWritten = Omit<Written, 'claimedAt'>
type Heard = (rows: number) => void

/** Rows of a source under the run's snapshot. */
export interface SourceRows {
  /** The last keys of all chunks but the last, about `rows` rows apart. */
  bounds(table: TablePlan, rows: number): Promise<Cell[][]>
  /** Writes the rows of a chunk; `begins` begins the transaction, and is asked when they are there. */
  copy(
    file: RunFile,
    part: { table: TablePlan; chunk: FileChunk },
    begins: () => Promise<void>,
    heard: Heard,
  ): Promise<RowsWritten>
  /** All rows of a table; each is told to `row`. */
  digest(table: TablePlan, heard: Heard, row?: RowHeard): Promise<Digest>
}

export interface RowsOf {
  home: string
  run: string
  source: Endpoint
  progress: Progress
  /** The file that rows are to be written into. */
  into?: Connection
}

/** Opens them, and closes them after the work. */
export function withRows<T>(of: RowsOf, work: (rows: SourceRows) => Promise<T>): Promise<T> {
  if (of.source.kind === 'staged') return withImage(of, work)
  return withSource(of.home, of.run, of.source as PostgresSource, async client => {
    await tellBackend(client, of.progress)
    return work(rowsOfServer(client))
  })
}
