/** The two kinds of file that `start` takes: the user's plan file (YAML), and a plan as `plan --out` wrote it. */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { Failure } from '../model/failure.ts'
import { hashPlan } from '../model/hash-plan.ts'
import { type Mapping, withPaths } from '../model/mapping/mapping.ts'
import { mistakesFailure } from '../model/mistakes-failure.ts'
import type { Plan } from '../model/plan.ts'
import type { AnyRequest, PlanFile } from '../model/plan-request.ts'
import { parsePlanFile } from '../model/planfile-parse.ts'

/** What `plan --out` writes: the request and the plan that came of it, to be run exactly so. */
export interface PlanDocument {
  longhaul: 'plan'
  name: string
  request: AnyRequest
  plan: Plan
}

/** Reads a YAML plan file; fails with `usage`, naming all of its mistakes with their lines. */
export function readPlanFile(path: string): PlanFile {
  const { file, mistakes } = parsePlanFile(read(path), path)
  if (file) return file.mapping ? { ...file, mapping: besideFile(file.mapping, path) } : file
  throw mistakesFailure(path, mistakes)
}

const besideFile = (mapping: Mapping, path: string): Mapping =>
  withPaths(mapping, name => resolve(dirname(path), name))

/** Reads whichever of the two it is. */
export function readPlan(path: string): { document: PlanDocument } | { file: PlanFile } {
  const text = read(path)
  return text.trimStart().startsWith('{')
    ? { document: parseDocument(text, path) }
    : { file: readPlanFile(path) }
}

const file = { path: z.string().min(1), host: z.string().min(1) }
const server = { connection: z.string().min(1), schema: z.string().min(1) }
const sqlite = z.looseObject({ kind: z.literal('sqlite'), ...file })
const files = z.looseObject({ kind: z.literal('files'), ...file })
const staged = z.looseObject({ kind: z.literal('staged'), ...file })
const origin = z.looseObject({ kind: z.literal('postgres'), ...server, host: z.string().min(1) })
const postgres = z.looseObject({ kind: z.literal('postgres'), ...server })
const source = z.discriminatedUnion('kind', [sqlite, staged, origin])
const target = z.discriminatedUnion('kind', [sqlite, files, postgres])
const documentSchema = z.object({
  longhaul: z.literal('plan'),
  name: z.string(),
  request: z.looseObject({ source, target }),
  plan: z.looseObject({
    what: z.looseObject({ version: z.literal(1) }),
    hash: z.string().regex(/^[0-9a-f]{64}$/),
  }),
})

function parseDocument(text: string, path: string): PlanDocument {
  const document = documentSchema.safeParse(json(text))
  if (!document.success) throw unfit(path, 'this JSON is no plan that "longhaul plan --out" wrote')
  const read = document.data as unknown as PlanDocument
  if (hashPlan(read.plan.what) === read.plan.hash) return read
  throw unfit(path, 'this plan was changed after it was made: its hash no longer fits')
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const unfit = (path: string, message: string) =>
  new Failure({
    code: 'usage',
    object: `plan ${path}`,
    message,
    remedy:
      'Change the plan file (YAML) or the options, and make the plan again with "longhaul plan --out FILE"',
  })

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new Failure({
      code: 'usage',
      object: `plan ${path}`,
      message: code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`,
      remedy: 'Check the path',
    })
  }
}
