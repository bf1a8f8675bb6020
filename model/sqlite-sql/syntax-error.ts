/** This is not the SQL that the parser was asked for. The message names no part of the SQL: it may hold values. */
export class SqlSyntaxError extends Error {
  /** Where in the text, in UTF-16 units. */
  readonly position: number

  /** `problem` is half a sentence: `")" expected`. */
  constructor(problem: string, position: number) {
    super(`the SQL cannot be read at character ${position + 1}: ${problem}`)
    this.name = 'SqlSyntaxError'
    this.position = position
  }
}
