/** Texts that are damaged in the file: what reaches JavaScript then is U+FFFD, or in UTF-16 anything. */
import { isUtf8 } from 'node:buffer'

export const REPLACEMENT = '\uFFFD'

/** How a database keeps its texts, as `PRAGMA encoding` names it. */
export type Encoding = 'UTF-8' | 'UTF-16le' | 'UTF-16be'

/** `bytes`: a text cast to a blob, so in the encoding of the database. */
export function isValidText(bytes: Uint8Array, encoding: Encoding): boolean {
  if (encoding === 'UTF-8') return isUtf8(bytes)
  return bytes.length % 2 === 0 && decodeUtf16(bytes, encoding).isWellFormed()
}

/** Unlike SQLite's own conversion, this keeps lone surrogates where they are. */
export function decodeUtf16(bytes: Uint8Array, encoding: Encoding): string {
  const copy = Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2)))
  return (encoding === 'UTF-16be' ? copy.swap16() : copy).toString('utf16le')
}
