/**
 * Preloaded by a worker: alters the encoder of floats as it is loaded, so that it rounds to 4 bytes, as a careless
 * one would.
 */
import { altered } from './altered.ts'

altered('/postgres/encode-numbers.ts', [
  ['buffer.writeDoubleBE(value, writer.at)', 'buffer.writeDoubleBE(Math.fround(value), writer.at)'],
])
