import { connect } from '../../sessions/connect.ts'

/** A session as a run has it, with an environment of its own: nothing of the machine's gets in. */
export function session(url: string, env: NodeJS.ProcessEnv = {}) {
  const endpoint = { kind: 'postgres' as const, connection: url, schema: 'public' }
  const lookup = { home: '/nonexistent/longhaul-home', env: { HOME: '/nonexistent', ...env } }
  return connect(endpoint, { ...lookup, application: 'longhaul test' })
}
