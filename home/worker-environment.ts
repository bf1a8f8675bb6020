/** What a worker's process should find in its environment as it starts; what the user set himself goes before. */
import { join } from 'node:path'
import { cacheFolder } from './home.ts'

/**
 * How it asks the system for memory (glibc's mallopt(3); others do not read it): few arenas, and what was large
 * goes back at once. Threads that come and go are what fragments: with one for each job, after five small runs a
 * worker had 571 MB, with two arenas 397, with early trimming 290.
 */
const ALLOCATOR = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_TRIM_THRESHOLD_: '1048576',
  MALLOC_MMAP_THRESHOLD_: '1048576',
} as const

/** Megabytes of the young generation's halves: with Node's own choice they grow to 64 beside 50 in use. */
const YOUNG = '--max-semi-space-size=4'

/**
 * The environment for a worker's process. Node.js keeps what it has compiled (`bin/longhaul.mjs` names the same
 * folder): with it a job's thread starts with 110 ms of CPU, without with 420.
 */
export function workerEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...ALLOCATOR,
    NODE_COMPILE_CACHE: join(cacheFolder(env), 'compiled'),
    ...env,
    // What stands last holds.
    NODE_OPTIONS: [YOUNG, env.NODE_OPTIONS].filter(Boolean).join(' '),
  }
}

/** Whether a process was started with these settings: later they have no effect. */
export const isWorkerEnvironment = (env: NodeJS.ProcessEnv): boolean =>
  Object.keys(ALLOCATOR).every(name => env[name] !== undefined)
