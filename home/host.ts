import { hostname } from 'node:os'

/** The name under which this machine's files are reached: `LONGHAUL_HOST`, else its host name. */
export const thisHost = (env = process.env): string => env.LONGHAUL_HOST || hostname()
