/** What some directions do not do: told at the edge, before anything is asked of source or target. */
import { Failure } from '../model/failure.ts'
import type { AnyRequest } from '../model/plan-request.ts'

interface Wish {
  /** As the user wrote it. */
  flag: string
  asked: (request: AnyRequest) => boolean
  /** Whether the direction of this request does it. */
  served: (request: AnyRequest) => boolean
  /** Where it is done, in words. */
  where: string
  remedy: string
}

const fromSqlite = ({ source }: AnyRequest) => source.kind === 'sqlite'
/** Rows are read from a SQLite file: of a source, or of what was laid down. */
const fromFile = ({ source }: AnyRequest) => source.kind !== 'postgres'
const intoSqlite = ({ target }: AnyRequest) => target.kind === 'sqlite'

const byKey = ({ ifExists, onConflict, file }: AnyRequest): boolean =>
  ifExists === 'upsert' ||
  onConflict !== undefined ||
  Object.values(file?.tables ?? {}).some(table => table.onConflict !== undefined)

const WISHES: readonly Wish[] = [
  {
    flag: '--if-exists upsert and --conflict',
    asked: byKey,
    served: request => fromFile(request) && request.target.kind !== 'files',
    where: 'from SQLite to PostgreSQL, and from files to either',
    remedy: 'Write --if-exists append, without --conflict',
  },
  {
    flag: '--where and --sample',
    asked: ({ rows }) => rows !== undefined,
    served: fromSqlite,
    where: 'where SQLite is the source',
    remedy: 'Compare whole tables, with --tables where some are enough',
  },
  {
    flag: '--round-trip',
    asked: ({ roundTrip }) => roundTrip !== undefined,
    served: fromSqlite,
    where: 'where SQLite is the source',
    remedy: 'Leave it out',
  },
  {
    flag: '--types optimized',
    asked: ({ types }) => types === 'optimized',
    served: request => fromFile(request) && request.target.kind === 'postgres',
    where: 'from SQLite or files to PostgreSQL',
    remedy: 'Leave it out: the types are those of the source',
  },
  {
    flag: '--strict',
    asked: ({ strict }) => strict === true,
    served: intoSqlite,
    where: 'where SQLite is the target',
    remedy: 'Leave it out',
  },
]

/** Fails with `usage` at the first wish that the direction of a request has nothing for. */
export function refuseUnserved(request: AnyRequest): void {
  const wish = WISHES.find(({ asked, served }) => asked(request) && !served(request))
  if (!wish) return
  throw new Failure({
    code: 'usage',
    object: wish.flag,
    message: `only ${wish.where}`,
    remedy: wish.remedy,
  })
}
