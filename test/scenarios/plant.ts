/**
 * Preloaded by a worker (`NODE_OPTIONS=--import`): alters the encoder of floats as it is loaded, so that it
 * rounds to 4 bytes, as a careless one would. Threads of the worker load it as well.
 */
import { registerHooks } from 'node:module'

const HONEST = 'buffer.writeDoubleBE(value, writer.at)'
const WRONG = 'buffer.writeDoubleBE(Math.fround(value), writer.at)'

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    if (!url.endsWith('/postgres/encode-numbers.ts')) return loaded
    const source = String(loaded.source)
    if (!source.includes(HONEST))
      throw new Error('the encoder has no such line any more: plant another mistake')
    return { ...loaded, source: source.replace(HONEST, WRONG) }
  },
})
