/** Forked by `temporal-fetch.ts`: has the SDK download its development server into the folder given. */
import { TestWorkflowEnvironment } from '@temporalio/testing'

try {
  const executable = { type: 'cached-download', downloadDir: process.argv[2]! } as const
  const server = await TestWorkflowEnvironment.createLocal({ server: { executable } })
  await server.teardown()
} catch (error) {
  // The SDK repeats the URL and the layers of the error; the last layer is the reason.
  const text = (error as Error).message
  console.error(text.includes('client error') ? text.slice(text.lastIndexOf('client error')) : text)
  process.exit(1)
}
