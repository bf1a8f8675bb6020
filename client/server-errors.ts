import { isGrpcServiceError } from '@temporalio/client'

/** Whether the server, and not the run, is what failed. */
export function isConnection(error: unknown): boolean {
  const { cause } = error as { cause?: unknown }
  return isGrpcServiceError(error) || isGrpcServiceError(cause) || (error as Error).name === 'ServiceError'
}
