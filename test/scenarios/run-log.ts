import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface LogLine {
  activity: string
  attempt: number
  msg: string
  failure?: { code: string }
}

/** The lines of the logs of all runs in a state folder. */
export function runLog(home: string): LogLine[] {
  const folder = join(home, 'runs')
  if (!existsSync(folder)) return []
  const files = readdirSync(folder).map(run => join(folder, run, 'log.jsonl'))
  return files.filter(existsSync).flatMap(file =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter(line => line.endsWith('}'))
      .map(line => JSON.parse(line) as LogLine),
  )
}
