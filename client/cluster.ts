/** A Temporal cluster that others look after: joined by the usual client environment. */
import { Connection, type ConnectionOptions } from '@temporalio/client'
import { loadClientConnectConfig } from '@temporalio/envconfig'
import { Failure } from '../model/failure.ts'

export interface Joined {
  connection: Connection
  address: string
  namespace: string
}

/** Connects as the environment says: address, namespace, TLS, API key, TOML profile. */
export async function joinCluster(env: NodeJS.ProcessEnv): Promise<Joined> {
  const { connectionOptions, namespace = 'default' } = settings(env)
  const { address = 'localhost:7233', tls, apiKey, metadata } = connectionOptions
  const options = { address, tls, apiKey, metadata } as ConnectionOptions
  return { connection: await connect(options), address, namespace }
}

/** Connects to a server within 10 s, or fails with `no-server`. */
export async function connect(options: ConnectionOptions): Promise<Connection> {
  try {
    return await Connection.connect({ connectTimeout: '10s', ...options })
  } catch (error) {
    throw new Failure(
      {
        code: 'no-server',
        object: `the Temporal server at ${options.address}`,
        message: oneLine((error as Error).message),
        remedy:
          'Check TEMPORAL_ADDRESS and the other TEMPORAL_* settings, or unset them to use the embedded server',
      },
      { cause: error },
    )
  }
}

function settings(env: NodeJS.ProcessEnv): ReturnType<typeof loadClientConnectConfig> {
  try {
    const overrideEnvVars = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined))
    return loadClientConnectConfig({ overrideEnvVars: overrideEnvVars as Record<string, string> })
  } catch (error) {
    throw new Failure({
      code: 'usage',
      object: 'the Temporal client configuration',
      message: oneLine((error as Error).message),
      remedy: 'Correct the TEMPORAL_* settings or the profile that they name',
    })
  }
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim().slice(0, 300)
