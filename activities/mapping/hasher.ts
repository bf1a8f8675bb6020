/** Hashes of values, with a salt that stands outside of the plan. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Failure } from '../../model/failure.ts'
import type { Salt } from '../../model/mapping/mapping.ts'

export type Hasher = (value: string | Uint8Array) => string

/** SHA-256 of salt and value, one after the other, in hex. Fails with `usage` where the salt is not there. */
export function secretHasher(salt: Salt | undefined): Hasher {
  const secret = salt === undefined ? '' : saltOf(salt)
  return value => createHash('sha256').update(secret).update(value).digest('hex')
}

function saltOf(salt: Salt): string {
  const text = 'env' in salt ? process.env[salt.env] : fileText(salt.file)
  if (text) return text
  const place = 'env' in salt ? `the environment variable ${salt.env}` : `the file ${salt.file}`
  throw new Failure({
    code: 'usage',
    object: 'the plan file',
    message: `the salt of a hash is not there: ${place} is missing or empty on the worker's machine`,
    remedy: 'Set it where the worker runs',
  })
}

function fileText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '')
  } catch {
    return undefined
  }
}
