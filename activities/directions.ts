/** Which verbs a run uses: the one place that looks at the kinds of both its sides. */
import type { Endpoint } from '../model/endpoint.ts'
import { Failure } from '../model/failure.ts'
import { carry } from './carry/verbs.ts'
import type { Work } from './edge.ts'
import { sqliteToPostgres } from './from-sqlite.ts'
import { intoFiles, stagedIntoFiles } from './into-files/verbs.ts'
import { intoSqlite } from './into-sqlite/verbs.ts'
import { stagedIntoPostgres, stagedIntoSqlite } from './staged/verbs.ts'

/** What directions are asked for; a verb that one lacks is refused by name. */
export type Verbs = typeof sqliteToPostgres &
  Pick<typeof stagedIntoPostgres, 'openStage'> &
  Pick<typeof intoFiles, 'writeFiles'>
export type VerbName = keyof Verbs
type Verb = (work: Work, input: never) => Promise<unknown>

const DIRECTIONS: Record<string, Partial<Record<VerbName, Verb>>> = {
  'sqlite postgres': sqliteToPostgres,
  'postgres postgres': carry,
  'postgres sqlite': intoSqlite,
  'staged postgres': stagedIntoPostgres,
  'staged sqlite': stagedIntoSqlite,
  'sqlite files': intoFiles,
  'staged files': stagedIntoFiles,
}

export const VERB_NAMES: VerbName[] = [
  ...(Object.keys(sqliteToPostgres) as (keyof typeof sqliteToPostgres)[]),
  'openStage',
  'writeFiles',
]

type Kind = Endpoint['kind']
/** What inputs of verbs have in common: some name both sides, some only the target. */
export interface Sided {
  request?: { source: { kind: Kind }; target: { kind: Kind } }
  place?: { source?: Kind; target: { kind: Kind } }
  source?: { kind: Kind }
  target?: { kind: Kind }
}

/** The function behind a verb. Fails with `usage` where the direction of this input has none. */
export function verbFor(name: VerbName, input: Sided): Verb {
  const [source, target] = sidesOf(input)
  const verb = DIRECTIONS[`${source} ${target}`]?.[name]
  if (verb) return verb
  throw new Failure({
    code: 'usage',
    object: name,
    message: `is not there for runs from ${source} to ${target}`,
    remedy: 'The manual names what each direction has',
  })
}

function sidesOf({ request, place, source, target }: Sided): [Kind, Kind] {
  if (request) return [request.source.kind, request.target.kind]
  const to = (place ?? { target }).target?.kind ?? 'postgres'
  return [place?.source ?? source?.kind ?? (to === 'sqlite' ? 'postgres' : 'sqlite'), to]
}
