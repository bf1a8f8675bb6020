/** Remedies as lines of the plan file, in YAML's flow style so that each fits into a sentence. */
import type { Conversion } from './plan.ts'
import type { ErrorPolicy } from './plan-request.ts'

/** What a line may set of a column, as the plan file spells it. */
interface Setting {
  type?: string
  target?: string
  cast?: Conversion
  on_error?: ErrorPolicy
  default?: string
}

/** The line that sets something of a column, or, with a table alone, leaves the table out. */
export function planLine(table: string, column?: string, setting?: Setting): string {
  const inner = column === undefined ? 'skip: true' : `columns: { ${key(column)}: { ${settings(setting)} } }`
  return `\`tables: { ${key(table)}: { ${inner} } }\``
}

/** The line that gives a table another name in the target. */
export function renameLine(table: string, target: string): string {
  return `\`tables: { ${key(table)}: { target: ${key(target)} } }\``
}

/** The line that takes a table's rows without a parent: its foreign keys bind new rows only. */
export function orphansLine(table: string): string {
  return `\`tables: { ${key(table)}: { orphans: not-valid } }\``
}

function settings(setting: Setting = {}): string {
  const isWord = (name: string, value: string) => name !== 'target' && /^[a-z][\w() -]*$/.test(value)
  return Object.entries(setting as Record<string, string>)
    .map(([name, value]) => `${name}: ${isWord(name, value) ? value : key(value)}`)
    .join(', ')
}

/** A YAML scalar: JSON strings are YAML, and need no rules of their own. */
function key(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) && !/^(true|false|null|y|n|yes|no|on|off)$/i.test(name)
    ? name
    : JSON.stringify(name)
}
