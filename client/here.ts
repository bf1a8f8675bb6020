/** Where a command stands: the machine's name among workers, its folder, its state folder. */

import { resolve } from 'node:path'
import { homeFolder } from '../home/home.ts'
import { thisHost } from '../home/host.ts'
import type { Here } from '../model/endpoint.ts'

export interface Surroundings {
  env: NodeJS.ProcessEnv
  /** The state folder. */
  home: string
  here: Here
  /** Told one line at a time what the user should know while waiting. */
  say: (line: string) => void
}

/** What a process stands in; `LONGHAUL_HOST` names the machine where its host name does not. */
export function surroundings(say: (line: string) => void = () => {}, env = process.env): Surroundings {
  return {
    env,
    home: resolve(homeFolder(env)),
    here: { host: thisHost(env), resolve: path => resolve(path) },
    say,
  }
}

/** Whether the environment names a cluster: `TEMPORAL_ADDRESS`, or a profile of a configuration file. */
export function namesCluster(env: NodeJS.ProcessEnv): boolean {
  return Boolean(env.TEMPORAL_ADDRESS || env.TEMPORAL_PROFILE || env.TEMPORAL_CONFIG_FILE)
}
