import type { Group } from '../case.ts'

const CLOCK = 'timestamp without time zone'
const INSTANT = 'timestamp with time zone'
const UNLIKE = ['warning values-unlike-declared']
const EPOCH = ['warning epoch-as-integer']

export const TIMES: Group[] = [
  {
    title: 'Dates and times',
    cases: [
      {
        declared: 'DATETIME',
        values: ["'2024-01-31 12:34:56'", "'1969-12-31T23:59:59'", 'NULL'],
        type: CLOCK,
        read: ['2024-01-31 12:34:56', '1969-12-31 23:59:59', null],
      },
      {
        declared: 'TIMESTAMP',
        values: ["'2024-01-31 12:34:56.123456'", "'2024-01-31 12:34:56.5'"],
        type: CLOCK,
      },
      {
        declared: 'DATETIME',
        values: ["'0001-01-01 00:00:00'", "'9999-12-31 23:59:59.999999'"],
        type: CLOCK,
      },
      {
        declared: 'DATETIME',
        values: ["'2024-01-31T12:34:56Z'", "'2024-01-31 12:34:56.25+00:00'"],
        type: INSTANT,
        read: ['2024-01-31 12:34:56+00', '2024-01-31 12:34:56.25+00'],
      },
      {
        declared: 'TIMESTAMPTZ',
        values: ["'2024-01-31T12:34:56Z'"],
        type: INSTANT,
        read: ['2024-01-31 12:34:56+00'],
      },
      {
        declared: 'DATETIME',
        values: ["'2024-01-31 12:34:56'", "'2024-01-31 12:34:56Z'"],
        type: 'text',
        findings: ['warning some-have-offset'],
      },
      { declared: 'TIMESTAMPTZ', values: ["'2024-01-31 12:34:56'"], type: CLOCK, findings: UNLIKE },
      {
        declared: 'DATETIME',
        values: ["'2024-01-31 12:34'"],
        type: 'text',
        findings: ['warning time-spelling'],
      },
      { declared: 'DATETIME', values: ["'2024-01-31'", "'2023-12-31'"], type: 'date', findings: UNLIKE },
      {
        declared: 'DATETIME',
        values: ["'2024-01-31'", "'2024-01-31 12:34:56'"],
        type: 'text',
        findings: ['warning time-spelling'],
      },
      { declared: 'DATETIME', values: ["'2024-01-31 12:34:56.1234567'"], type: 'text', findings: UNLIKE },
      { declared: 'DATETIME', values: ["'2023-02-29 00:00:00'"], type: 'text', findings: UNLIKE },
      { declared: 'DATETIME', values: ["'0000-01-01 00:00:00'"], type: 'text', findings: UNLIKE },
      { declared: 'DATETIME', values: ["'10000-01-01 00:00:00'"], type: 'text', findings: UNLIKE },
      { declared: 'DATETIME', values: ["'-0044-03-15 12:00:00'"], type: 'text', findings: UNLIKE },
      { declared: 'DATETIME', values: ["'2016-12-31 23:59:60'"], type: 'text', findings: UNLIKE },
      { declared: 'DATETIME', values: ["'2024-01-31 24:00:00'"], type: 'text', findings: UNLIKE },
      { declared: 'DATETIME', values: ["'1890-01-01 00:00:00+00:53:28'"], type: 'text', findings: UNLIKE },
      { declared: 'DATETIME', values: ["'31.01.2024'"], type: 'text', findings: UNLIKE },
      { declared: 'DATETIME', values: ["'now'"], type: 'text', findings: UNLIKE },
      { declared: 'DATETIME', values: ["''", "'2024-01-31 12:34:56'"], type: 'text', findings: UNLIKE },
      { declared: 'DATE', values: ["'2024-02-29'", "'0001-01-01'", "'9999-12-31'"], type: 'date' },
      { declared: 'DATE', values: ["'2024-01-31 00:00:00'"], type: CLOCK, findings: UNLIKE },
      { declared: 'DATE', values: ["'2024-1-5'"], type: 'text', findings: UNLIKE },
      { declared: 'DATE', values: ["'2023-02-29'"], type: 'text', findings: UNLIKE },
      {
        declared: 'TIME',
        values: ["'12:34:56'", "'23:59:59.999999'", "'00:00:00'"],
        type: 'time without time zone',
      },
      { declared: 'TIME', values: ["'12:34'"], type: 'text', findings: ['warning time-spelling'] },
      { declared: 'TIME', values: ["'24:00:00'"], type: 'text', findings: UNLIKE },
    ],
  },
  {
    title: 'Numbers in columns of times',
    cases: [
      { declared: 'DATETIME', values: ['1700000000', '0'], type: 'bigint', findings: EPOCH },
      { declared: 'TIMESTAMP', values: ['1700000000123'], type: 'bigint', findings: EPOCH },
      { declared: 'DATE', values: ['20240131'], type: 'bigint', findings: EPOCH },
      {
        declared: 'DATETIME',
        values: ['2460341.5'],
        type: 'double precision',
        findings: ['warning julian-as-number'],
      },
      {
        declared: 'DATETIME',
        values: ['1700000000'],
        type: INSTANT,
        read: ['2023-11-14 22:13:20+00'],
        accept: 'epoch-as-timestamp',
        findings: ['consent epoch-as-timestamp'],
      },
      {
        declared: 'TIMESTAMP',
        values: ['1700000000123'],
        type: INSTANT,
        read: ['2023-11-14 22:13:20.123+00'],
        accept: 'epoch-as-timestamp',
        findings: ['consent epoch-as-timestamp'],
      },
      {
        declared: 'DATETIME',
        values: ['2440587.5'],
        type: INSTANT,
        read: ['1970-01-01 00:00:00+00'],
        accept: 'julian-as-timestamp',
        findings: ['consent julian-as-timestamp'],
      },
      {
        declared: 'INTEGER',
        values: ['1700000000'],
        type: INSTANT,
        read: ['2023-11-14 22:13:20+00'],
        line: { type: 'timestamptz', cast: 'epoch-seconds' },
      },
    ],
  },
  {
    title: 'Offsets and short spellings, by consent or by the plan file',
    cases: [
      {
        declared: 'TIMESTAMPTZ',
        values: ["'2024-01-31T12:34:56+02:00'"],
        findings: ['consent offset-becomes-utc'],
      },
      {
        declared: 'DATETIME',
        values: ["'1800-06-01 12:00:00-05:30'", "'2024-01-31 12:00:00Z'"],
        findings: ['consent offset-becomes-utc'],
      },
      {
        declared: 'TIMESTAMPTZ',
        values: ["'2024-01-31T12:34:56+02:00'", "'2024-01-31 12:34:56-15:59'"],
        type: INSTANT,
        read: ['2024-01-31 10:34:56+00', '2024-02-01 04:33:56+00'],
        accept: 'offset-becomes-utc',
        findings: ['consent offset-becomes-utc'],
      },
      {
        declared: 'TIMESTAMPTZ',
        values: ["'2024-01-31T12:34:56+02:00'"],
        type: 'text',
        line: { type: 'text' },
      },
      {
        declared: 'DATETIME',
        values: ["'2024-01-31 12:34:56'", "'2024-01-31 12:34:56Z'"],
        type: INSTANT,
        read: ['2024-01-31 12:34:56+00', '2024-01-31 12:34:56+00'],
        line: { type: 'timestamptz', cast: 'as-utc' },
      },
      {
        declared: 'DATETIME',
        values: ["'2024-01-31 12:34'", "'2024-01-31'"],
        type: CLOCK,
        read: ['2024-01-31 12:34:00', '2024-01-31 00:00:00'],
        line: { type: 'timestamp', cast: 'time-spelling' },
      },
      {
        declared: 'TIME',
        values: ["'12:34'"],
        type: 'time without time zone',
        read: ['12:34:00'],
        line: { cast: 'time-spelling' },
      },
      {
        declared: 'DATETIME',
        values: ["'2024-01-31 12:34:56'", "'soon'"],
        type: CLOCK,
        read: ['2024-01-31 12:34:56'],
        line: { on_error: 'quarantine' },
        findings: ['warning values-quarantined'],
        quarantined: 1,
      },
    ],
  },
]
