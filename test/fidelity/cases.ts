/** The table of cases: which values of which declared types arrive as what, or what is said in their stead. */
import { FORMATS } from './cases/formats.ts'
import { MIXTURES } from './cases/mixtures.ts'
import { NUMBERS } from './cases/numbers.ts'
import { TEXTS } from './cases/texts.ts'
import { TIMES } from './cases/times.ts'

export const GROUPS = [...NUMBERS, ...TEXTS, ...TIMES, ...FORMATS, ...MIXTURES]
