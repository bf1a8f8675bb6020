import assert from 'node:assert/strict'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import type { Conversion } from '../../model/plan.ts'
import type { Cell, LogicalType } from '../../model/types.ts'
import { converter } from '../../stores/convert.ts'
import { DamagedText } from '../../stores/damaged-text.ts'
import { Misfit } from '../../stores/misfit.ts'

const TEXT: LogicalType = { kind: 'text' }
const BYTES: LogicalType = { kind: 'bytes' }
const BOOLEAN: LogicalType = { kind: 'boolean' }
const DATE: LogicalType = { kind: 'date' }
const TIME: LogicalType = { kind: 'time' }
const LOCAL: LogicalType = { kind: 'timestamp', zone: false }
const INSTANT: LogicalType = { kind: 'timestamp', zone: true }

const blob = (...bytes: number[]) => Uint8Array.from(bytes)
const damaged = (...bytes: number[]) => DamagedText.around(blob(...bytes), 'UTF-8')
const damaged16 = (...bytes: number[]) => DamagedText.around(blob(...bytes), 'UTF-16le')
const MISFIT = Symbol('misfit')

const CASES: [Conversion, LogicalType, Cell, Cell | typeof MISFIT][] = [
  ['text-as-bytes', BYTES, 'é\0', blob(0xc3, 0xa9, 0)],
  ['text-as-bytes', BYTES, '', blob()],
  ['text-as-bytes', BYTES, blob(1, 2), blob(1, 2)],
  ['text-as-bytes', BYTES, damaged(0x61, 0xff), blob(0x61, 0xff)],
  ['text-as-bytes', BYTES, 7, Buffer.from('7')],
  ['text-as-bytes', BYTES, -2.5, Buffer.from('-2.5')],
  ['text-as-bytes', BYTES, 2n ** 63n - 1n, Buffer.from('9223372036854775807')],
  ['bytes-as-text', TEXT, blob(0xc3, 0xa9), 'é'],
  ['bytes-as-text', TEXT, blob(), ''],
  ['bytes-as-text', TEXT, blob(0xff), MISFIT],
  ['bytes-as-text', TEXT, 'x', 'x'],
  ['strip-nul', TEXT, 'a\0b\0', 'ab'],
  ['escape-nul', TEXT, 'a\0b', 'a\\0b'],
  ['strip-invalid', TEXT, damaged(0x61, 0xff, 0x62), 'a\uFFFDb'],
  ['strip-invalid', TEXT, damaged16(0x61, 0, 0x00, 0xd8), 'a\uFFFD'],
  ['strip-invalid', TEXT, damaged16(0x61, 0, 0x62), 'a\uFFFD'],
  ['epoch-seconds', INSTANT, 0, '1970-01-01 00:00:00Z'],
  ['epoch-seconds', LOCAL, 1_700_000_000, '2023-11-14 22:13:20'],
  ['epoch-seconds', INSTANT, -1, '1969-12-31 23:59:59Z'],
  ['epoch-seconds', INSTANT, 1_700_000_000.5, '2023-11-14 22:13:20.500000Z'],
  ['epoch-seconds', INSTANT, -0.000001, '1969-12-31 23:59:59.999999Z'],
  ['epoch-seconds', INSTANT, 253_402_300_799, '9999-12-31 23:59:59Z'],
  ['epoch-seconds', INSTANT, 253_402_300_800, MISFIT],
  ['epoch-seconds', INSTANT, -62_135_596_800, '0001-01-01 00:00:00Z'],
  ['epoch-seconds', INSTANT, -62_135_596_801, MISFIT],
  ['epoch-seconds', INSTANT, 9_223_372_036_854_775_807n, MISFIT],
  ['epoch-seconds', INSTANT, Number.POSITIVE_INFINITY, MISFIT],
  ['epoch-seconds', INSTANT, '2024-02-29 00:00:00Z', '2024-02-29 00:00:00Z'],
  ['epoch-seconds', DATE, 86_400, '1970-01-02'],
  ['epoch-seconds', DATE, 86_401, MISFIT],
  ['epoch-seconds', TEXT, 0, MISFIT],
  ['epoch-milliseconds', INSTANT, 1_700_000_000_123, '2023-11-14 22:13:20.123000Z'],
  ['epoch-milliseconds', INSTANT, -1n, '1969-12-31 23:59:59.999000Z'],
  ['julian-day', LOCAL, 2_440_587.5, '1970-01-01 00:00:00'],
  ['julian-day', LOCAL, 0, MISFIT],
  ['julian-day', LOCAL, 5_373_484.5, MISFIT],
  ...(['true', 'Yes', 'ON', 't', 'y', '1', 1] as Cell[]).map(
    (cell): [Conversion, LogicalType, Cell, Cell] => ['truth-words', BOOLEAN, cell, 1],
  ),
  ...(['false', 'No', 'OFF', 'f', 'n', '0', 0] as Cell[]).map(
    (cell): [Conversion, LogicalType, Cell, Cell] => ['truth-words', BOOLEAN, cell, 0],
  ),
  ['truth-words', BOOLEAN, 'maybe', MISFIT],
  ['as-utc', INSTANT, '2024-01-02 03:04:05', '2024-01-02 03:04:05Z'],
  ['as-utc', INSTANT, '2024-01-02T03:04:05.5+02:00', '2024-01-02T03:04:05.5+02:00'],
  ['as-utc', INSTANT, 'soon', 'soon'],
  ['time-spelling', LOCAL, '2024-01-02', '2024-01-02 00:00:00'],
  ['time-spelling', LOCAL, '2024-01-02T03:04', '2024-01-02 03:04:00'],
  ['time-spelling', LOCAL, '2024-01-02  03:04:05.25 ', '2024-01-02 03:04:05.25'],
  ['time-spelling', INSTANT, '2024-01-02 03:04 +05:30', '2024-01-02 03:04:00+05:30'],
  ['time-spelling', INSTANT, '2024-01-02 03:04:05z', '2024-01-02 03:04:05Z'],
  ['time-spelling', LOCAL, '03:04', MISFIT],
  ['time-spelling', LOCAL, 'now', MISFIT],
  ['time-spelling', DATE, '2024-01-02 00:00', '2024-01-02'],
  ['time-spelling', DATE, '2024-01-02 00:01', MISFIT],
  ['time-spelling', TIME, '03:04', '03:04:00'],
  ['time-spelling', TIME, '2024-01-02', MISFIT],
]

for (const [conversion, type, cell, expected] of CASES) {
  const shown = JSON.stringify(cell, (_, v) => (typeof v === 'bigint' ? `${v}n` : v))
  test(`${conversion} of ${shown} for ${type.kind}`, () => {
    const convert = converter(conversion, type)
    assert.equal(convert(null), null)
    if (expected === MISFIT) assert.throws(() => convert(cell), Misfit)
    else {
      const found = convert(cell)
      if (expected instanceof Uint8Array)
        assert.deepEqual(Buffer.from(found as Uint8Array), Buffer.from(expected))
      else assert.equal(found, expected)
      assert.ok(!(found instanceof DamagedText))
    }
  })
}

test("moments are those of SQLite's own date functions", () => {
  const db = new Database(':memory:')
  const [unix, day] = ['auto', 'julianday'].map(how =>
    db.prepare<[number], string>(`SELECT strftime('%Y-%m-%d %H:%M:%f', ?, '${how}')`).pluck(),
  )
  const millis = (text: unknown) =>
    String(text)
      .replace(/(:\d\d)$/, '$1.000000')
      .slice(0, 23)
  const seconds = converter('epoch-seconds', LOCAL)
  const julian = converter('julian-day', LOCAL)
  for (let i = 0; i < 20_000; i++) {
    const random = (i * 0.618033988749895) % 1
    const second = Math.floor((random - 0.2) * 3e11)
    if (second >= 5_373_484.5 || second < 0) {
      if (second > -62_135_596_800 && second < 253_402_300_800)
        assert.equal(millis(seconds(second)), unix!.get(second), String(second))
    }
    const jd = 1_721_500 + random * 3_651_900
    assert.equal(millis(julian(jd)), day!.get(jd), String(jd))
  }
  db.close()
})
