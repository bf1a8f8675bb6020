/** Gathers pieces of text and writes them in large blocks. */
import type { NewFile } from './new-file.ts'

/** Characters. */
const ENOUGH = 1 << 18

export class Gather {
  readonly #file: NewFile
  readonly #encode: (text: string) => Uint8Array
  #text = ''

  constructor(file: NewFile, encode: (text: string) => Uint8Array = text => Buffer.from(text)) {
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
