/**
 * Files that are started and not imported (workers of `worker_threads`, forked processes): named as in the
 * sources, found as `.ts` in a checkout and as `.js` in the built package.
 */
export function entry(base: string, path: `./${string}.ts` | `../${string}.ts`): URL {
  return new URL(isBuilt(base) ? path.replace(/\.ts$/, '.js') : path, base)
}

/** Whether a module (its `import.meta.url`) is part of the built package. */
export function isBuilt(base: string): boolean {
  return base.endsWith('.js')
}
