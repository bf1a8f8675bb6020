/** Chance. SQLite and PostgreSQL draw other values, of the same kind. */
import { BYTES, type Context, HEX, INTEGER, refuse, type Value } from './value.ts'

export const RANDOM_FUNCTIONS = {
  random: { least: 0, most: 0, translate: (_: Value[], context: Context) => random(context) },
  randomblob: {
    least: 1,
    most: 1,
    translate: ([size]: Value[], context: Context) => randomBlob(size!, context),
  },
}

const HALF = 'pg_catalog.floor(pg_catalog.random() * 4294967296)::bigint'

/** Any integer of 64 bits. */
function random(context: Context): Value {
  context.volatile = true
  return { sql: `((${HALF} << 32) | ${HALF})`, type: INTEGER, scale: 0 }
}

/** 122 bits of chance for each 16 bytes, spread by a hash: PostgreSQL without an extension has no better source. */
const PIECE = 'pg_catalog.sha256(pg_catalog.uuid_send(pg_catalog.gen_random_uuid()))'

function randomBlob({ literal }: Value, context: Context): Value {
  const size = literal?.kind === 'integer' ? Number(literal.value) : 0
  if (size < 1 || size > 64) return refuse('randomblob() of a size other than 1 to 64')
  context.volatile = true
  const pieces = Array.from({ length: Math.ceil(size / 16) }, (_, i) => {
    return `pg_catalog.substr(${PIECE}, 1, ${Math.min(16, size - 16 * i)})`
  })
  return { sql: `(${pieces.join(' || ')})`, type: BYTES, shape: HEX.repeat(2 * size) }
}
