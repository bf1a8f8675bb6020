/** A file that is written under a name of its own until it is whole, mode 0600. */
import { createHash, randomUUID } from 'node:crypto'
import {
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { sync } from '../../home/home.ts'
import { Failure } from '../../model/failure.ts'
import type { FileWritten } from './writer.ts'

const HALF = /^\.longhaul-[0-9a-f-]{36}\.half$/

/** Writes synchronously: it belongs into a job's thread. Fails with `space` where the disk is full, else with `target`. */
export class NewFile {
  readonly #path: string
  readonly #half: string
  readonly #hash = createHash('sha256')
  #file: number | undefined

  /** The folder has to be there; a file that has the name already is replaced at the end. */
  constructor(path: string) {
    this.#path = path
    this.#half = join(dirname(path), `.longhaul-${randomUUID()}.half`)
    this.#file = attempt(path, () => openSync(this.#half, 'wx', 0o600))
  }

  write(bytes: Uint8Array): void {
    this.#hash.update(bytes)
    attempt(this.#path, () => {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#file!, bytes, at)
    })
  }

  /** Syncs it, gives it its name and syncs the folder. */
  end(): FileWritten {
    return attempt(this.#path, () => {
      const { size } = fstatSync(this.#file!)
      fsyncSync(this.#file!)
      this.#close()
      renameSync(this.#half, this.#path)
      sync(dirname(this.#path))
      return { bytes: size, sha256: this.#hash.digest('hex') }
    })
  }

  /** Leaves nothing behind; may be called at any time, and again. */
  abort(): void {
    this.#close()
    rmSync(this.#half, { force: true })
  }

  #close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }
}

/** Removes what writers that were killed have left in a folder; nobody may be writing there. */
export function removeHalves(folder: string): void {
  for (const name of readdirSync(folder)) if (HALF.test(name)) rmSync(join(folder, name), { force: true })
}

function attempt<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw new Failure({
        code: 'space',
        object: `file ${path}`,
        message: 'no space is left on the disk',
        remedy: 'Make room; the run goes on by itself',
      })
    if (code === '') throw error
    throw new Failure(
      {
        code: 'target',
        object: `file ${path}`,
        message: `it cannot be written (${code})`,
        remedy: 'See to it that the folder is there and may be written to',
      },
      { cause: error },
    )
  }
}
