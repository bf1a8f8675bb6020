/** Names of tables and columns in sentences: they may hold anything, line ends and control codes too. */

/** A plain name as it is, any other quoted with its invisible characters escaped. */
export function showName(name: string): string {
  return /^[\p{L}_][\p{L}\p{N}_$.-]*$/u.test(name) ? name : escapeControls(JSON.stringify(name))
}

/** Words of others on one line: any tool may send any text. */
export const oneLine = (text: string): string => escapeControls(text.replace(/\s+/g, ' ').trim())

/** Text for a terminal or a log: control characters and bidirectional overrides become `\uXXXX`. */
export function escapeControls(text: string): string {
  return text.replace(
    /[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
