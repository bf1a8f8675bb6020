/**
 * Preloaded by a worker (`NODE_OPTIONS=--import`): its clock jumps by hours and days, forth and back, every
 * second, as after a wrong synchronization; what counts time that has passed goes on. Its threads load it as well.
 */
const HOUR = 3_600_000
const JUMPS = [0, 5 * HOUR, -3 * HOUR, 26 * HOUR, -49 * HOUR]
const EVERY = 1000

const Honest = Date
const shifted = () => Honest.now() + JUMPS[Math.floor(performance.now() / EVERY) % JUMPS.length]!

class Jumping extends Honest {
  constructor(...given: [] | [string | number | Date]) {
    super(...((given.length === 0 ? [shifted()] : given) as [number]))
  }
  static override now = shifted
}

globalThis.Date = Jumping as DateConstructor
