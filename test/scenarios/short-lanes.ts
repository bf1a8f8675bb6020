/** Workers whose lanes end early, so that histories of small tables grow as they do in a copy of many days. */

/** The environment of a worker of which each call of `copyChunks` ends after so many chunks. */
export const shortLanes = (chunks: number): NodeJS.ProcessEnv => ({
  NODE_OPTIONS: `--import=${new URL('short-lanes-hook.ts', import.meta.url).href}`,
  LONGHAUL_TEST_LANE_CHUNKS: String(chunks),
})
