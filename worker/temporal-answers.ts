/** Whether a Temporal server is ready for work: it answers, and knows its namespace and attributes. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Connection } from '@temporalio/client'
import { SEARCH } from '../workflows/messages.ts'
import { isOpen } from './ports.ts'

const TRY = 2000
const PAUSE = 50

/** Asks until it is ready, the time is up, or the caller has lost interest. */
export async function answersWithin(
  address: string,
  namespace: string,
  limit: number,
  interest?: AbortSignal,
): Promise<boolean> {
  const end = Date.now() + limit
  while (Date.now() < end && !interest?.aborted) {
    if (await isReady(address, namespace)) return true
    await sleep(PAUSE)
  }
  return false
}

/** A gRPC channel waits a second after a refusal; asking TCP first saves that on each start. */
async function isReady(address: string, namespace: string): Promise<boolean> {
  const [host = '', port] = address.split(':')
  if (!(await isOpen(host, Number(port)))) return false
  let connection: Connection | undefined
  try {
    connection = await Connection.connect({ address, connectTimeout: TRY })
    const { workflowService, operatorService } = connection
    return await connection.withDeadline(Date.now() + TRY, async () => {
      await workflowService.describeNamespace({ namespace })
      const { customAttributes } = await operatorService.listSearchAttributes({ namespace })
      return Object.values(SEARCH).every(({ name }) => name in (customAttributes ?? {}))
    })
  } catch {
    return false
  } finally {
    await connection?.close()
  }
}
