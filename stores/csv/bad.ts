/** Why a line of CSV is no row. */
import { count } from '../../model/amounts.ts'

export interface Bad {
  rule: string
  reason: string
}

const quote = (reason: string): Bad => ({ rule: 'quote', reason })

export const Bad = {
  unclosed: quote('a quote that is opened in it is not closed up to the end of the file'),
  behindQuote: quote('something stands between a closing quote and the end of its field'),
  quoteWithin: quote('a quote stands within a field that does not begin with one'),
  encoding: { rule: 'encoding', reason: 'it has bytes that are no characters of the encoding' },
  tooLong: (characters: number): Bad => ({
    rule: 'too-long',
    reason: `it is longer than ${count(characters, 'character')}`,
  }),
  tooMany: (has: number, width: number): Bad => ({
    rule: 'too-many-fields',
    reason: `it has ${count(has, 'field')} where there are ${count(width, 'column')}`,
  }),
  tooFew: (has: number, width: number): Bad => ({
    rule: 'too-few-fields',
    reason: `it has ${count(has, 'field')} where there are ${count(width, 'column')}`,
  }),
}
