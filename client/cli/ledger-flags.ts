/** Runs of other servers are found by the ledger in their target. */
import { type Command, Option } from 'commander'
import { type PostgresEndpoint, parseEndpoint } from '../../model/endpoint.ts'
import { Failure } from '../../model/failure.ts'
import type { Surroundings } from '../here.ts'
import { keepSecret } from '../secrets.ts'

export interface LedgerFlags {
  to?: string
  postgres?: string
}

export function withLedger(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--postgres <url>',
        "find the run in this target's ledger: for runs of other servers",
      ).conflicts('to'),
    )
    .addOption(new Option('--to <url>', 'the same'))
}

/** The target that the flags name; its password is kept under its connection. Fails with `usage`. */
export function ledgerOf(flags: LedgerFlags, around: Surroundings): PostgresEndpoint | undefined {
  const to = flags.to ?? flags.postgres
  if (to === undefined) return undefined
  const { endpoint, secretUrl } = parseEndpoint(to, around.here)
  if (endpoint.kind !== 'postgres') {
    throw new Failure({
      code: 'usage',
      object: '--postgres',
      message: 'only a PostgreSQL target has a ledger',
    })
  }
  if (secretUrl) keepSecret({ connection: endpoint.connection, url: secretUrl }, around)
  return endpoint
}
