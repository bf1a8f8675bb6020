/** Gathers pieces of text and writes them in large blocks. */
import type { NewFile } from './new-file.ts'

/** Characters. */
const ENOUGH = 1 << 18

export class Gather {
  readonly #file: NewFile
  readonly #encode: (text: string) => Uint8Array
  #text = ''

  /** UTF-8 where nothing else is said. */
  constructor(file: NewFile, encode = utf8()) {
    this.#file = file
    this.#encode = encode
  }

  add(text: string): void {
    this.#text += text
    if (this.#text.length >= ENOUGH) this.flush()
  }

  flush(): void {
    if (this.#text !== '') this.#file.write(this.#encode(this.#text))
    this.#text = ''
  }
}

/** Into one buffer again and again: new ones are garbage of their size. */
function utf8(): (text: string) => Uint8Array {
  const buffer = Buffer.allocUnsafeSlow(4 * ENOUGH)
  return text => {
    if (text.length * 3 > buffer.length) return Buffer.from(text)
    return buffer.subarray(0, buffer.write(text))
  }
}
