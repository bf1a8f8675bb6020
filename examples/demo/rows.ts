/** Rows of the demo's tables, one function a table. */
import type { Random } from './random.ts'

type Value = string | number | null
/** Makes row `id` of a table, in the order of its columns. */
export type MakeRow = (random: Random, id: number) => Value[]

/** How many rows there are of whom others refer to. */
export interface Counts {
  users: number
  challenges: number
}

const FIRST = [
  'Ada',
  'Bjørn',
  'Chloé',
  '大輔',
  'Елена',
  'فاطمة',
  'Grace',
  'Zoë',
  'Íris',
  "O'Neil",
  'Noor',
  '🦊 Fox',
]
const LAST = [
  'Lovelace',
  'Ångström',
  'Müller',
  '田中',
  'Иванова',
  'حسن',
  'Hopper',
  'D’Arcy',
  'Smith "Smitty"',
  'Ng',
]
const WORDS =
  'I once climbed a mountain without shoes ate 12 hot dogs met the president lost my passport in café Zürich speak five languages 日本 never saw snow 🎉'.split(
    ' ',
  )
const AGENTS = ['Mozilla/5.0 (X11; Linux x86_64)', 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0)', 'curl/8.4.0']
const START = Date.UTC(2023, 0, 1) / 1000
const TWO_YEARS = 2 * 365 * 24 * 3600

const at = (random: Random): string => stamp(START + random.integer(0, TWO_YEARS))
const stamp = (seconds: number): string =>
  new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')
const maybe = <T>(random: Random, share: number, value: T): T | null => (random.chance(share) ? value : null)
const yes = (random: Random, share: number): number => (random.chance(share) ? 1 : 0)

function sentence(random: Random, words: number): string {
  return Array.from({ length: words }, () => random.pick(WORDS)).join(' ')
}

/** Text as people write it: empty, with line breaks, with quotes. */
function prose(random: Random): string | null {
  if (random.chance(0.2)) return null
  if (random.chance(0.1)) return ''
  const text = sentence(random, random.integer(3, 30))
  return random.chance(0.2) ? `"${text}"\nIt's true,\tsaid ${random.pick(FIRST)}.` : text
}

function address(random: Random): string {
  const part = () => random.integer(1, 0xffff).toString(16)
  if (random.chance(0.15)) return `2001:db8:${part()}::${part()}`
  return `${random.integer(11, 99)}.${random.integer(0, 255)}.${random.integer(0, 255)}.${random.integer(1, 254)}`
}

export const user: MakeRow = (random, id) => {
  const name = `${random.pick(FIRST)} ${random.pick(LAST)}`
  const preferences = {
    theme: random.pick(['light', 'dark']),
    locale: random.pick(['en', 'de', 'ja']),
    font: random.integer(10, 20),
  }
  return [
    `user${id}@example.com`,
    name,
    prose(random),
    yes(random, 0.95),
    yes(random, 0.01),
    random.next() * 1000,
    random.chance(0.3) ? '{}' : JSON.stringify(preferences),
    maybe(random, 0.9, address(random)),
    at(random),
    maybe(random, 0.8, at(random)),
  ]
}

export const challenge =
  ({ users }: Counts): MakeRow =>
  random => {
    const published = random.chance(0.8)
    const statements = [0, 1, 2].map(() => sentence(random, random.integer(4, 12)))
    return [
      random.integer(1, users),
      sentence(random, random.integer(2, 6)),
      JSON.stringify(statements),
      random.integer(0, 2),
      published ? 'published' : random.pick(['draft', 'archived']),
      maybe(random, 0.9, random.next()),
      random.integer(0, 100_000),
      random.chance(0.4) ? '[]' : JSON.stringify([random.pick(WORDS), random.pick(WORDS)]),
      published ? at(random) : null,
      at(random),
    ]
  }

/** Two rows never have the same challenge and user. */
export const guess =
  ({ users, challenges }: Counts): MakeRow =>
  (random, id) => {
    const round = Math.floor((id - 1) / challenges)
    const challengeId = ((id - 1) % challenges) + 1
    return [
      challengeId,
      ((challengeId * 7 + round) % users) + 1,
      random.integer(0, 2),
      yes(random, 0.4),
      maybe(random, 0.97, random.integer(300, 60_000)),
      maybe(random, 0.7, random.next()),
      at(random),
    ]
  }

export const report =
  ({ users, challenges }: Counts): MakeRow =>
  random => [
    maybe(random, 0.9, random.integer(1, users)),
    random.integer(1, users),
    maybe(random, 0.5, random.integer(1, challenges)),
    random.pick(['spam', 'abuse', 'cheating', 'other']),
    prose(random),
    yes(random, 0.6),
    at(random),
  ]

export const balance: MakeRow = (random, id) => {
  const earned = random.integer(0, 1_000_000)
  // A few balances are beyond 32 bits.
  return [id, random.chance(0.001) ? 3_000_000_000 + earned : random.integer(0, earned), earned, at(random)]
}

export const transaction =
  ({ users }: Counts): MakeRow =>
  random => [
    random.hex(16),
    random.integer(1, users),
    random.integer(-500, 500),
    random.pick(['earn', 'spend', 'refund', 'bonus']),
    random.chance(0.4)
      ? '{}'
      : JSON.stringify({
          source: random.pick(['guess', 'share', 'daily']),
          note: random.pick(WORDS),
          rate: random.integer(1, 99) / 10,
        }),
    at(random),
  ]

export const session =
  ({ users }: Counts): MakeRow =>
  random => {
    const created = START + random.integer(0, TWO_YEARS)
    return [
      random.hex(16),
      random.integer(1, users),
      maybe(random, 0.98, address(random)),
      maybe(random, 0.95, random.pick(AGENTS)),
      random.chance(0.7) ? '[]' : JSON.stringify(['play', random.pick(['create', 'moderate'])]),
      yes(random, 0.05),
      stamp(created + 7 * 24 * 3600),
      stamp(created),
    ]
  }
