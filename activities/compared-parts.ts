/** How far the comparison of a large table has come: kept in the run's folder, so that a pause or a kill costs one part. */
import { join } from 'node:path'
import { makeFolder, readJson, runFolder, writePrivate } from '../home/home.ts'
import type { TablePlan } from '../model/plan.ts'
import type { Cell } from '../model/types.ts'
import { Digest } from '../stores/digest/digest.ts'
import type { SourceDigest } from '../stores/digest/source.ts'
import { ident } from '../stores/postgres/quote.ts'
import type { KeyRange, SourceStore } from '../stores/store.ts'
import { fileOfTable } from './locate-rows.ts'

/** A part on both sides: a range of keys, and a condition over the alias `t`. A table that is one part has none. */
export interface Part {
  range: KeyRange
  where?: string
}

interface Kept {
  /** Ends of the parts but the last, as decimal texts. */
  ends: string[]
  done: number
  /** Digests so far, in base64. */
  source: string
  target: string
  read: number
  quarantined: number
  altered: number
  seconds: number
}

export class ComparedParts {
  source = new Digest()
  target = new Digest()
  read = 0
  quarantined = 0
  altered = 0
  seconds = 0
  readonly #table: TablePlan
  readonly #file: string
  readonly #ends: readonly string[]
  #done = 0

  /** Takes up what an earlier attempt of the same run has left. */
  constructor(home: string, run: string, store: SourceStore, table: TablePlan, rows: number) {
    this.#table = table
    const folder = join(runFolder(run, home), 'compared')
    this.#file = join(folder, fileOfTable(table.name, 'json'))
    const column = table.rows > rows ? commonKey(table) : undefined
    const kept = column ? readJson<Kept>(this.#file) : undefined
    this.#ends = kept?.ends ?? (column ? [...store.bounds(table, rows)].map(([end]) => String(end)) : [])
    if (kept) this.#resume(kept)
    else if (column) makeFolder(folder)
  }

  /** The part that is to be compared now; undefined after the last one. */
  next(): Part | undefined {
    if (this.#done > this.#ends.length) return undefined
    const [after, upTo] = [this.#ends[this.#done - 1], this.#ends[this.#done]]
    const key = this.#ends.length > 0 ? `t.${ident(commonKey(this.#table)!)}` : ''
    const terms = [...(after ? [`${key} > ${after}`] : []), ...(upTo ? [`${key} <= ${upTo}`] : [])]
    return {
      range: { ...(after && { after: [cell(after)] }), ...(upTo && { upTo: [cell(upTo)] }) },
      ...(terms.length > 0 && { where: terms.join(' AND ') }),
    }
  }

  /** Adds what the part that `next` gave has come to. */
  done({ digest, read, quarantined, altered }: SourceDigest, target: Digest, seconds: number): void {
    this.source.merge(digest)
    this.target.merge(target)
    this.read += read
    this.quarantined += quarantined
    this.altered += altered
    this.seconds += seconds
    this.#done++
    if (this.#ends.length > 0) writePrivate(this.#file, JSON.stringify(this.#state()))
  }

  #state(): Kept {
    const text = (digest: Digest) => Buffer.from(digest.toBytes()).toString('base64')
    const { read, quarantined, altered, seconds } = this
    return {
      ...{ ends: [...this.#ends], done: this.#done, read, quarantined, altered, seconds },
      ...{ source: text(this.source), target: text(this.target) },
    }
  }

  #resume({ done, source, target, read, quarantined, altered, seconds }: Kept): void {
    this.#done = done
    this.source = Digest.fromBytes(Buffer.from(source, 'base64'))
    this.target = Digest.fromBytes(Buffer.from(target, 'base64'))
    Object.assign(this, { read, quarantined, altered, seconds })
  }
}

/** The target's name of a whole number by which both sides can be cut alike: the source reads by it, the target has it as such. */
function commonKey({ access, key, columns }: TablePlan): string | undefined {
  if (access.by !== 'rowid' || key.length !== 1 || key[0] !== access.name) return undefined
  const column = columns.find(({ name }) => name === access.name)
  return column?.type.kind === 'integer' && !column.conversion ? column.target : undefined
}

const cell = (text: string): Cell => (Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text))
