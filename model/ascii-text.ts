/** Texts as bytes: forms are read from these, so that a scan of them needs no strings. */

const SHORT = new Uint8Array(64)

/** The characters of a text in ASCII, 0xff for each other one. Good until the next call. */
export function asciiOf(text: string): Uint8Array {
  const bytes = text.length <= SHORT.length ? SHORT : new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    bytes[i] = code < 0x80 ? code : 0xff
  }
  return bytes
}

export const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39
