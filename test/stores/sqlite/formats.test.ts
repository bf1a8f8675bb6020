import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TextFormat } from '../../../model/assessment.ts'
import { FORMATS } from '../../../stores/sqlite/formats.ts'

const FIT: Record<TextFormat, string[]> = {
  timestamp: ['2024-02-29 23:59:59', '0001-01-01T00:00:00', '9999-12-31 00:00:00.123456'],
  timestamptz: ['2024-01-01T00:00:00Z', '2024-01-01 00:00:00.5+15:59', '2000-02-29 12:00:00-03:30'],
  date: ['2024-02-29', '2000-02-29', '0001-01-01', '9999-12-31'],
  time: ['00:00:00', '23:59:59.999999'],
  json: [
    '{}',
    ' [1, 2.50, -3e-7, true, null, {"a": {"b": []}}]\n',
    '"\\ud83d\\ude00 \\n"',
    '{"a": 1, "A": 2}',
    '0',
    `${'['.repeat(500)}${']'.repeat(500)}`,
    '1e131071',
  ],
  uuid: ['6f9619ff-8b86-d011-b42d-00cf4fc964ff', '6F9619FF-8B86-D011-B42D-00CF4FC964FF'],
  'uuid-hex': ['6f9619ff8b86d011b42d00cf4fc964ff'],
  inet: ['10.0.0.1', '10.0.0.0/8', '::1', '2001:db8::ff00:42:8329/64', '::ffff:1.2.3.4'],
  decimal: ['0', '-1.50', '1234567890123456789012345678901234567890.5', '0.000'],
}

const UNFIT: Record<TextFormat, string[]> = {
  timestamp: [
    '2023-02-29 00:00:00',
    '2024-01-01 24:00:00',
    '2024-01-01 23:59:60',
    '2024-01-01 00:00',
    '0000-01-01 00:00:00',
    '10000-01-01 00:00:00',
    '2024-01-01 00:00:00.1234567',
    '2024-01-01 00:00:00Z',
    ' 2024-01-01 00:00:00',
    '2024-01-01 00:00:00\n',
    '2024-1-1 00:00:00',
  ],
  timestamptz: [
    '2024-01-01 00:00:00',
    '2024-01-01 00:00:00+16:00',
    '2024-01-01 00:00:00+01',
    '2024-01-01 00:00:00z',
  ],
  date: ['1900-02-29', '2024-00-01', '2024-13-01', '2024-04-31', '20240101', '0000-12-31'],
  time: ['24:00:00', '12:60:00', '12:00:60', '12:00'],
  json: [
    '',
    ' ',
    '{"a": 1, "a": 2}',
    '{"a": 1, "\\u0061": 2}',
    '{"a": [{"b": 1, "b": 1}]}',
    '"\\u0000"',
    '"\\ud800"',
    '"\\ude00\\ud83d"',
    '{} x',
    '[1,]',
    '{a: 1}',
    "{'a': 1}",
    '01',
    '.5',
    'NaN',
    '-0',
    '-0.0e5',
    '1e131072',
    '1e-20000',
    '"tab\t"',
    '"\\x"',
    '[1',
    `${'['.repeat(5000)}${']'.repeat(5000)}`,
  ],
  uuid: ['6f9619ff8b86d011b42d00cf4fc964ff', '{6f9619ff-8b86-d011-b42d-00cf4fc964ff}'],
  'uuid-hex': ['6f9619ff8b86d011b42d00cf4fc964f', '6f9619ff8b86d011b42d00cf4fc964fg'],
  inet: ['256.0.0.1', '010.0.0.1', '1.2.3', '1.2.3.4/33', '::1/129', 'fe80::1%eth0', '1.2.3.4/08', ''],
  decimal: ['', '-', '1.', '.5', '007', '+1', '-0', '-0.00', '1e5', ' 1', '1,5', '1\n'],
}

for (const format of Object.keys(FORMATS) as TextFormat[]) {
  test(`${format}: what is of the form, and what only looks so`, () => {
    for (const text of FIT[format]) assert.equal(FORMATS[format](text), true, text)
    for (const text of UNFIT[format]) assert.equal(FORMATS[format](text), false, text)
  })
}
