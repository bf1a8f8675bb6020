/** One Temporal client for a command, whatever stands behind it: a cluster, a running stack, or our own. */
import { Client, type Connection } from '@temporalio/client'
import { SEARCH } from '../workflows/messages.ts'
import { connect, joinCluster } from './cluster.ts'
import { namesCluster, type Surroundings } from './here.ts'
import { keepStack } from './keeper.ts'

/** A connection to Temporal, with what has to be known about it. */
export interface Temporal {
  client: Client
  connection: Connection
  namespace: string
  /** `host:port` of the server. */
  address: string
  /** Address of the Temporal UI, where it is known. */
  ui?: string
  /** The server belongs to this state folder; its worker is kept alive while we are connected. */
  embedded: boolean
  /** The stack was there before us and outlives us: `longhaul up`, or another command's. */
  joined: boolean
  /** The server knows longhaul's search attributes. */
  indexed: boolean
  around: Surroundings
  /** Rejects when the stack behind it cannot be kept alive; never resolves. */
  failed: Promise<never>
  /** Closes the connection and lets the stack go. */
  release(): Promise<void>
}

/**
 * Connects to the cluster that the environment names, else to the stack of this home, else starts one for
 * as long as this process needs it. Fails with `no-server`.
 */
export async function connectTemporal(around: Surroundings): Promise<Temporal> {
  if (namesCluster(around.env)) return cluster(around)
  const keeper = await keepStack(around)
  try {
    const { address, namespace, ui } = keeper.place
    const connection = await connect({ address })
    // The connection last: a call that its client tries again once it is closed would throw where nobody catches.
    const release = async () => {
      await keeper.release()
      await connection.close()
    }
    const { failed, joined } = keeper
    const known = { address, namespace, ...(ui && { ui }), embedded: true, joined, failed, release }
    return { ...known, ...(await opened(connection, namespace)), around }
  } catch (error) {
    await keeper.release()
    throw error
  }
}

async function cluster(around: Surroundings): Promise<Temporal> {
  const { connection, address, namespace } = await joinCluster(around.env)
  const release = () => connection.close()
  const failed = new Promise<never>(() => {})
  const known = { address, namespace, embedded: false, joined: true, failed, release }
  return { ...known, ...(await opened(connection, namespace)), around }
}

async function opened(connection: Connection, namespace: string) {
  const client = new Client({ connection, namespace })
  return { client, connection, indexed: await knowsAttributes(connection, namespace) }
}

/** An unknown search attribute would fail every task of a run: without all of them a run goes without. */
async function knowsAttributes(connection: Connection, namespace: string): Promise<boolean> {
  try {
    const { customAttributes } = await connection.withDeadline(Date.now() + 5000, () =>
      connection.operatorService.listSearchAttributes({ namespace }),
    )
    return Object.values(SEARCH).every(({ name }) => name in customAttributes)
  } catch {
    return false
  }
}

/** The page of one workflow in the Temporal UI. */
export function pageOf(
  { ui, namespace }: Pick<Temporal, 'ui' | 'namespace'>,
  id: string,
  execution: string,
): string | undefined {
  return ui && `${ui}/namespaces/${namespace}/workflows/${encodeURIComponent(id)}/${execution}`
}
