/**
 * Preloaded by a worker: alters the encoders of floats as they are loaded, so that they round to 4 bytes, as careless
 * ones would.
 */
import { altered } from './altered.ts'

altered('/postgres/encode-numbers.ts', [
  ['buffer.writeDoubleBE(value, writer.at)', 'buffer.writeDoubleBE(Math.fround(value), writer.at)'],
])
altered('/postgres/encode-raw.ts', [
  ['writeDoubleBE(numbers[place]!, writer.at)', 'writeDoubleBE(Math.fround(numbers[place]!), writer.at)'],
])
