/**
 * Loaded before each file of `npm test`: property tests draw the same values each time, so that what lands was seen to
 * pass. `FC_SEED=N npm test` draws others; a file run by itself draws new ones each time.
 */
import { isMainThread } from 'node:worker_threads'

if (isMainThread) {
  const { configureGlobal } = await import('fast-check')
  configureGlobal({ seed: Number(process.env.FC_SEED ?? 1) })
}
