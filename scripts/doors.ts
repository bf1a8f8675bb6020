/**
 * Which room may import from which: the map of the design, checked. A room that is not listed may not be
 * imported by anyone. Ends with status 1 and a line per forbidden import.
 */
import { globSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, relative } from 'node:path'

interface Rule {
  rooms: string[]
  /** Whether the room may use Node's built-in modules. */
  node: boolean
  /** Packages that the room must not import. */
  never?: RegExp
}

const TEMPORAL = /^@temporalio\//
const DRIVERS = /^(pg|better-sqlite3|exceljs)$/

const RULES: Record<string, Rule> = {
  model: { rooms: [], node: false, never: /^(@temporalio\/|pg$|better-sqlite3$)/ },
  home: { rooms: ['model'], node: true, never: TEMPORAL },
  ledger: { rooms: ['model'], node: true, never: TEMPORAL },
  sessions: { rooms: ['model', 'home'], node: true, never: TEMPORAL },
  stores: { rooms: ['model', 'home', 'ledger', 'sessions'], node: true, never: TEMPORAL },
  activities: { rooms: ['model', 'home', 'ledger', 'sessions', 'stores'], node: true },
  workflows: { rooms: ['model', 'type:activities'], node: false, never: DRIVERS },
  worker: { rooms: ['model', 'home', 'activities', 'workflows/messages'], node: true },
  client: {
    rooms: ['model', 'home', 'ledger', 'sessions', 'workflows/messages', 'type:workflows'],
    node: true,
    never: /^better-sqlite3$/,
  },
}

const IMPORT = /^\s*(import|export)\s+(type\s+)?(?:[^'"]*?\sfrom\s+)?['"]([^'"]+)['"]/gm

function violations(file: string): string[] {
  const room = file.split('/')[0]!
  const rule = RULES[room]!
  return [...readFileSync(file, 'utf8').matchAll(IMPORT)].flatMap(([, , type, target]) => {
    const problem = forbidden(file, room, rule, target!, type !== undefined)
    return problem ? [`${file}: ${problem}`] : []
  })
}

function forbidden(
  file: string,
  room: string,
  rule: Rule,
  target: string,
  typeOnly: boolean,
): string | undefined {
  if (!target.startsWith('.')) {
    if (!rule.node && isBuiltin(target)) return `${room}/ has no Node built-ins, and this imports ${target}`
    return !typeOnly && rule.never?.test(target) ? `${room}/ never imports ${target}` : undefined
  }
  const path = relative('.', join(dirname(file), target))
  const other = path.split('/')[0]!
  if (other === room || rule.rooms.includes(other)) return undefined
  if (typeOnly && rule.rooms.includes(`type:${other}`)) return undefined
  return rule.rooms.some(r => path === `${r}.ts`)
    ? undefined
    : `${room}/ does not import from ${other}/ (${path})`
}

const found = Object.keys(RULES).flatMap(room => globSync(`${room}/**/*.ts`).flatMap(violations))
for (const line of found) console.error(line)
process.exitCode = found.length > 0 ? 1 : 0
