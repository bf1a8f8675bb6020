/** The time as SQLite tells it. */
import { NOW } from '../../own-defaults.ts'
import { type Context, refuse, type Value } from './value.ts'

type Moment = keyof typeof NOW

export function now(holds: Moment, { clock }: Context): Value {
  return clock ? { sql: NOW[holds], holds } : refuse('the time of day')
}

const WORDS: Record<string, Moment> = {
  CURRENT_TIMESTAMP: 'timestamptz',
  CURRENT_DATE: 'date',
  LOCALTIME: 'time',
  LOCALTIMESTAMP: 'timestamp',
}

/** A keyword that tells the time. */
export function current(what: string, context: Context): Value {
  const holds = WORDS[what]
  return holds ? now(holds, context) : refuse(what)
}

/** The same moment as a column of another kind takes it, if it is one. */
export function nowAs(holds: Value['holds'], value: Value): Value | undefined {
  if (value.sql !== NOW.timestamptz || !(holds in NOW)) return undefined
  return { sql: NOW[holds as Moment], holds }
}
