/** A database that longhaul has filled, for trials that want its rows in another form. */
import type { Client } from 'pg'
import { follow, LONGHAUL } from '../../test/end-to-end/cli.ts'
import type { Ground } from '../trial.ts'

const DATABASE = 'prepared'

export async function prepared(
  { server, stack, source }: Ground,
  work: (client: Client) => Promise<void>,
): Promise<void> {
  await server.create(DATABASE)
  const words = ['full', '--from', `sqlite:${source.path}`, '--to', server.url(DATABASE), '--quiet']
  const { status, all } = await follow(process.execPath, [LONGHAUL, ...words], { env: stack.env })
  if (status !== 0) throw new Error(`longhaul ended with status ${status}: ${all.slice(-2000)}`)
  await server.session(DATABASE, work)
  await server.drop(DATABASE)
}
