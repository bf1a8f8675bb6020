/** What of a dump does not arrive as it was, and what a target lacks for it. */
import { count } from '../amounts.ts'
import type { Finding } from '../finding.ts'
import { showName } from '../name-text.ts'
import type { LeftOut } from '../plan.ts'
import type { CarryRequest } from '../plan-request.ts'
import type { PostgresSchema } from '../postgres-schema.ts'
import type { DumpEntry } from './entry.ts'
import type { Selected } from './selection.ts'
import type { CarryTarget } from './target.ts'

const GRANTS: ReadonlySet<string> = new Set(['ACL', 'DEFAULT ACL'])
/** They hold passwords, and would act on other servers. */
const ELSEWHERE: ReadonlySet<string> = new Set(['SUBSCRIPTION', 'USER MAPPING'])

/** What is not made: rights of roles, and what reaches out to other servers. */
export const isMade = ({ kind }: DumpEntry): boolean => !GRANTS.has(kind) && !ELSEWHERE.has(kind)

const show = ({ kind, schema, name }: DumpEntry) =>
  `${kind.toLowerCase()} ${showName(schema === '' ? name : `${schema}.${name}`)}`

/** The statements that give the rights of roles which the source has, for whoever wants them in the target. */
export function grantsOf(entries: readonly DumpEntry[], kept: readonly DumpEntry[]): LeftOut[] {
  const ids = new Set(kept.map(({ id }) => id))
  return entries
    .filter(({ kind, needs }) => GRANTS.has(kind) && needs.every(id => ids.has(id)))
    .map(({ schema, name, sql }) => ({
      ...{ kind: 'grants', name: schema === '' ? name : `${schema}.${name}`, sql },
      reason: "roles and their rights are the target's own",
    }))
}

/** A partition that is left out is attached to nothing. */
const ATTACHING: ReadonlySet<string> = new Set(['TABLE ATTACH', 'INDEX ATTACH'])

export const brokenFindings = (broken: Selected['broken']): Finding[] =>
  broken
    .filter(({ entry }) => !ATTACHING.has(entry.kind))
    .map(({ entry, needs }) => ({
      ...{ code: 'needs-what-is-left-out', severity: 'incomplete', object: show(entry) },
      message: `needs ${show(needs)}, which is not migrated, and is left out`,
      remedy: 'Migrate that as well, or accept that it will be missing',
    }))

export interface DumpFacts {
  kept: readonly DumpEntry[]
  origin: PostgresSchema
  target: CarryTarget
  request: CarryRequest
}

export function dumpFindings({ kept, origin, target, request }: DumpFacts): Finding[] {
  const made = request.scope === 'data' ? [] : kept.filter(isMade)
  return [
    ...versions(origin, target),
    ...renaming(origin, request),
    ...extensions(made, target),
    ...owners(made),
    ...tablespaces(made),
    ...(request.scope === 'data' ? [] : kept.filter(({ kind }) => ELSEWHERE.has(kind)).map(elsewhere)),
  ]
}

const major = (version: number) => Math.floor(version / 10_000)

function versions({ version }: PostgresSchema, target: CarryTarget): Finding[] {
  if (major(version) <= major(target.version)) return []
  return [
    {
      ...{ code: 'older-target', severity: 'warning', object: 'target' },
      message: `is PostgreSQL ${major(target.version)}, older than the source with ${major(version)}: objects that it does not know fail and are named`,
    },
  ]
}

/** Their queries would have to be tried on the source as well. */
export const ruleFindings = ({ file }: CarryRequest): Finding[] =>
  file?.rules?.length
    ? [
        {
          ...{ code: 'rules-not-checked', severity: 'refused', object: 'rules' },
          message: 'rules of a plan file are checked for SQLite sources only',
          remedy: 'Take them out of the plan file',
        },
      ]
    : []

/** `public` is what nobody wrote. */
function renaming({ schemas }: PostgresSchema, { target }: CarryRequest): Finding[] {
  if (target.schema === 'public' || schemas.includes(target.schema)) return []
  return [
    {
      ...{ code: 'other-schema', severity: 'refused', object: `schema ${showName(target.schema)}` },
      message: `objects keep the schemas that they have in the source (${schemas.map(showName).join(', ')}): functions and views name them in texts that nobody can change with certainty`,
      remedy: 'Leave out ?schema= of the target, and rename the schema there after the run with ALTER SCHEMA',
    },
  ]
}

function extensions(made: readonly DumpEntry[], { extensions }: CarryTarget): Finding[] {
  return made
    .filter(({ kind }) => kind === 'EXTENSION')
    .flatMap(({ name }) => {
      const there = extensions.get(name)
      if (there?.installed || there?.mayCreate) return []
      return [
        {
          ...{
            code: 'extension-missing',
            severity: 'refused' as const,
            object: `extension ${showName(name)}`,
          },
          message: there
            ? 'the role may not install it in the target'
            : 'is not available on the server of the target',
          remedy: there
            ? `Have a superuser run CREATE EXTENSION ${showName(name)} there first`
            : 'Install its package there, or migrate only tables that do without it, with --tables',
        },
      ]
    })
}

function owners(made: readonly DumpEntry[]): Finding[] {
  const roles = [...new Set(made.map(({ owner }) => owner).filter(Boolean))].sort()
  if (roles.length === 0) return []
  return [
    {
      ...{ code: 'owners-not-carried', severity: 'note', object: 'owners and grants' },
      message: `all objects will belong to the role of the target's URL; in the source they belong to ${roles.map(showName).join(', ')}. Grants are listed as left out`,
    },
  ]
}

function tablespaces(made: readonly DumpEntry[]): Finding[] {
  const elsewhere = made.filter(({ tablespace }) => tablespace !== '')
  if (elsewhere.length === 0) return []
  return [
    {
      ...{ code: 'tablespaces-not-carried', severity: 'note', object: 'tablespaces' },
      message: `${count(elsewhere.length, 'object')} will lie in the target's default tablespace`,
    },
  ]
}

const elsewhere = (entry: DumpEntry): Finding => ({
  ...{ code: 'acts-elsewhere', severity: 'incomplete', object: show(entry) },
  message: 'reaches out to another server, and is not made',
  remedy: 'Make it in the target by hand when that is to take over',
})
