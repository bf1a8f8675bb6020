/** Names of files that every file system takes. */

/** Characters; with a suffix and an extension it stays below the 255 bytes that file systems take. */
const LONGEST = 60

/** What DOS had as devices, with or without an extension. */
const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i

/**
 * The name of a file, without its extension, for what is called `name`. No two names are the same to a file system that
 * folds case: `taken` has those that were given, folded, and gets this one.
 */
export function fileNameOf(name: string, taken: Set<string>): string {
  const safe = made(name)
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? safe : `${safe}~${n}`
    const folded = candidate.normalize('NFC').toLowerCase()
    if (taken.has(folded)) continue
    taken.add(folded)
    return candidate
  }
}

function made(name: string): string {
  const plain = [...name.toWellFormed().normalize('NFC')]
    .slice(0, LONGEST)
    .join('')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: file systems do not take them
    .replace(/[\x00-\x1f\x7f-\x9f\\/:*?"<>|\u2028\u2029\ufffd]/g, '_')
    .replace(/^[.\s]+/, '_')
    .replace(/[.\s]+$/, '_')
  if (plain === '') return '_'
  return DEVICE.test(plain) ? `_${plain}` : plain
}
