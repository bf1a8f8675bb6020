/**
 * Preloaded by a worker (`NODE_OPTIONS=--import`): each call of `copyChunks` ends after a chunk, so that a small
 * table makes a history with many of them. Threads of the worker load it as well.
 */
import { registerHooks } from 'node:module'

const IN_TIME = 'Date.now() > deadline'
const AFTER_ONE = 'this.chunks.length > 0'

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    if (!url.endsWith('/activities/copy-lane.ts')) return loaded
    const source = String(loaded.source)
    if (!source.includes(IN_TIME)) throw new Error('a lane has no such line any more: end it another way')
    return { ...loaded, source: source.replace(IN_TIME, AFTER_ONE) }
  },
})
