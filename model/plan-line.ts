/** Remedies as lines of the plan file, in YAML's flow style so that each fits into a sentence. */

/** The line that sets a column's type or name, or, with a table alone, leaves the table out. */
export function planLine(
  table: string,
  column?: string,
  setting?: { type?: string; target?: string },
): string {
  const inner = column === undefined ? 'skip: true' : `columns: { ${key(column)}: { ${settings(setting)} } }`
  return `\`tables: { ${key(table)}: { ${inner} } }\``
}

/** The line that gives a table another name in the target. */
export function renameLine(table: string, target: string): string {
  return `\`tables: { ${key(table)}: { target: ${key(target)} } }\``
}

function settings(setting: { type?: string; target?: string } = {}): string {
  return Object.entries(setting)
    .map(([name, value]) => `${name}: ${name === 'type' && !value.includes(',') ? value : key(value)}`)
    .join(', ')
}

/** A YAML scalar: JSON strings are YAML, and need no rules of their own. */
function key(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) && !/^(true|false|null|y|n|yes|no|on|off)$/i.test(name)
    ? name
    : JSON.stringify(name)
}
