/** A cell that does not fit its column. `message` ends the sentence "a value …" and never holds the value. */
export class Misfit extends Error {
  override readonly name = 'Misfit'
}

export function misfit(reason: string): never {
  throw new Misfit(reason)
}
