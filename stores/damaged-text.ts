/**
 * A text of a source whose bytes are no valid text: kept as its bytes, and told apart from a blob, so that
 * only a conversion that was asked for makes anything of it.
 */
export class DamagedText extends Uint8Array {
  /** How the database keeps its texts, as `PRAGMA encoding` names it. */
  encoding: 'UTF-8' | 'UTF-16le' | 'UTF-16be' = 'UTF-8'

  /** The same bytes under another name; nothing is copied. */
  static around(bytes: Uint8Array, encoding: DamagedText['encoding']): DamagedText {
    const text = new DamagedText(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length)
    text.encoding = encoding
    return text
  }

  /** The bytes as a plain blob. */
  get blob(): Uint8Array {
    return new Uint8Array(this.buffer, this.byteOffset, this.length)
  }

  /** The text with U+FFFD in place of what is no text. */
  get repaired(): string {
    if (this.encoding === 'UTF-8') return Buffer.from(this.blob).toString('utf8')
    const even = Buffer.from(this.blob.subarray(0, this.length - (this.length % 2)))
    const text = (this.encoding === 'UTF-16be' ? even.swap16() : even).toString('utf16le').toWellFormed()
    return this.length % 2 === 0 ? text : `${text}\uFFFD`
  }
}
