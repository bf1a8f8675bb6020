/** A cell without a canonical form. `message` ends the sentence "a value …" and never holds the value. */
export class Unfit extends Error {
  override readonly name = 'Unfit'
}

/** Ends the writing of a row; the digest adds table and column. */
export function unfit(message: string): never {
  throw new Unfit(message)
}
