/** Joining a Temporal server: an embedded one by its address, any other by the usual client environment. */
import { setTimeout as sleep } from 'node:timers/promises'
import { loadClientConnectConfig } from '@temporalio/envconfig'
import { NativeConnection, type NativeConnectionOptions } from '@temporalio/worker'
import { Failure } from '../model/failure.ts'

const LIMIT = 60_000
/** Answers that no waiting changes: a wrong key, a wrong certificate. */
const FINAL = /unauthenticated|permission ?denied|invalid api key|certificate/i

export interface Joined {
  connection: NativeConnection
  address: string
  namespace: string
}

/** Connects as `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, … or a TOML profile say. */
export async function joinCluster(say: (line: string) => void): Promise<Joined> {
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig()
  const address = connectionOptions.address ?? 'localhost:7233'
  return { connection: await connect({ ...connectionOptions, address }, say), address, namespace }
}

/** Connects, waiting for a server that is not up yet: a worker dies of a refusal at its start. */
export async function connect(
  options: NativeConnectionOptions & { address: string },
  say: (line: string) => void = () => {},
): Promise<NativeConnection> {
  const end = Date.now() + LIMIT
  for (let pause = 250; ; pause = Math.min(pause * 2, 5000)) {
    try {
      return await NativeConnection.connect(options)
    } catch (error) {
      const { message } = error as Error
      if (FINAL.test(message) || Date.now() + pause > end) throw noServer(options.address, message)
      if (pause === 1000) say(`Waiting for the Temporal server at ${options.address}`)
      await sleep(pause)
    }
  }
}

function noServer(address: string, reason: string): Failure {
  return new Failure({
    code: 'no-server',
    object: `the Temporal server at ${address}`,
    message: plain(reason),
    remedy:
      'Check TEMPORAL_ADDRESS and the other TEMPORAL_* settings, or unset them to use the embedded server',
  })
}

/** The SDK's native part reports the layers of an error in Rust's notation; the innermost one is the reason. */
function plain(reason: string): string {
  const innermost = /message: "([^"]+)"/.exec(reason)?.[1]
  return (innermost ?? reason).replace(/\s+/g, ' ').slice(0, 300)
}
