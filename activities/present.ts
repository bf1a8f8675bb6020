/** Proves that a worker of a host is there: the workflow asks before it calls a host away. */
import type { Work } from './edge.ts'

export async function present({ host }: Work, _input: { run: string }): Promise<string> {
  return host
}
