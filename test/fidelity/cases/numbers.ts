import type { Group } from '../case.ts'

const ENDS = [
  '-9223372036854775808',
  '-9007199254740993',
  '-1',
  '0',
  '9007199254740993',
  '9223372036854775807',
]
const UNLIKE = ['warning values-unlike-declared']

export const NUMBERS: Group[] = [
  {
    title: 'Integers',
    cases: [
      { declared: 'INTEGER', values: ['0', '-7', 'NULL', '2147483647'], type: 'bigint' },
      { declared: 'INTEGER', values: ENDS, type: 'bigint' },
      { declared: 'INT', values: ['3000000000'], type: 'bigint' },
      { declared: 'TINYINT', values: ['1', '300'], type: 'bigint' },
      { declared: 'UNSIGNED BIG INT', values: ['42'], type: 'bigint' },
      { declared: 'INT UNSIGNED', values: ['4294967295'], type: 'bigint' },
      { declared: '', values: ENDS, type: 'bigint' },
      { declared: 'ANYTHING', values: ['1'], type: 'bigint' },
      { declared: 'FLOATING POINT', values: ['1', '2'], type: 'double precision' },
      // SQLite makes integers of these, by the column's affinity.
      {
        declared: 'INTEGER',
        values: ["'12'", "'-5'", "' 7 '", '3.0'],
        type: 'bigint',
        read: ['12', '-5', '7', '3'],
      },
      { declared: 'INTEGER', values: ["'1e3'"], type: 'bigint', read: ['1000'] },
      { declared: 'INTEGER', values: ['1', '2.5'], type: 'numeric', findings: UNLIKE },
      { declared: 'INTEGER', values: ['2.5', '-0.1'], type: 'numeric', findings: UNLIKE },
      { declared: 'INTEGER', values: ['1', "'N/A'"], type: 'text', findings: UNLIKE },
      {
        declared: 'INTEGER',
        values: ["'9223372036854775808'"],
        type: 'numeric',
        read: ['9223372036854776000'],
        findings: UNLIKE,
      },
      { declared: 'INTEGER', values: ["x'ff'"], type: 'bytea', findings: UNLIKE },
      { declared: 'INTEGER', values: ["'a'", "'b'"], type: 'text', findings: UNLIKE },
      {
        declared: 'INTEGER',
        values: ['9e999', '0.5'],
        type: 'double precision',
        read: ['Infinity', '0.5'],
        findings: UNLIKE,
      },
      { declared: 'INTEGER', values: [], type: 'bigint' },
      { declared: 'INTEGER', values: ['NULL', 'NULL'], type: 'bigint' },
      { declared: 'INTEGER', values: ["'１２'"], type: 'text', findings: UNLIKE },
    ],
  },
  {
    title: 'Floats',
    cases: [
      { declared: 'REAL', values: ['0.1', '-2.25', '3.141592653589793'], type: 'double precision' },
      { declared: 'REAL', values: ['1', '0', '-3'], type: 'double precision' },
      {
        declared: 'REAL',
        values: ['5e-324', '2.2250738585072014e-308', '1.7976931348623157e308'],
        type: 'double precision',
        read: ['5e-324', '2.2250738585072014e-308', '1.7976931348623157e+308'],
      },
      {
        declared: 'REAL',
        values: ['9e999', '-9e999'],
        type: 'double precision',
        read: ['Infinity', '-Infinity'],
      },
      { declared: 'REAL', values: ['9e999 - 9e999'], type: 'double precision', read: [null] },
      // A column of affinity REAL keeps whole numbers as integers, which have no sign of zero.
      { declared: 'REAL', values: ['-0.0'], type: 'double precision', read: ['0'] },
      { declared: '', values: ['-0.0', '1.5'], type: 'double precision', read: ['-0', '1.5'] },
      {
        declared: 'REAL',
        values: ['1e15', '1e16', '1e23', '123456789.123456789'],
        type: 'double precision',
        read: ['1e+15', '1e+16', '9.999999999999999e+22', '123456789.12345679'],
      },
      {
        declared: 'DOUBLE',
        values: ["'1.5'", "'.5'", "'5.'"],
        type: 'double precision',
        read: ['1.5', '0.5', '5'],
      },
      {
        declared: 'FLOAT',
        values: ['9007199254740993'],
        type: 'double precision',
        read: ['9.007199254740992e+15'],
      },
      { declared: 'REAL', values: ['1.5', "'NaN'"], type: 'text', findings: UNLIKE },
      { declared: 'REAL', values: ['1.5', "'1,5'"], type: 'text', findings: UNLIKE },
      { declared: '', values: ['1', '0.5', '9223372036854775807'], type: 'numeric' },
      { declared: '', values: ['1.5', '2.5'], type: 'double precision' },
      { declared: '', values: ['5e-324', '1'], type: 'numeric', read: [`0.${'0'.repeat(323)}5`, '1'] },
    ],
  },
  {
    title: 'Decimals',
    cases: [
      { declared: 'NUMERIC', values: ['1', '2.5', '-0.01'], type: 'numeric' },
      {
        declared: 'DECIMAL(10,2)',
        values: ['12.50', '-7', '0.05', '99999999.99'],
        type: 'numeric(10,2)',
        read: ['12.50', '-7.00', '0.05', '99999999.99'],
      },
      { declared: 'DECIMAL(10,2)', values: ['12.345'], type: 'numeric', findings: UNLIKE },
      { declared: 'DECIMAL(4,2)', values: ['123.45', '1'], type: 'numeric', findings: UNLIKE },
      { declared: 'NUMERIC(5)', values: ['12345', '-99999'], type: 'numeric(5,0)' },
      { declared: 'NUMERIC(5)', values: ['123456'], type: 'numeric', findings: UNLIKE },
      { declared: 'NUMERIC(2000,3)', values: ['1.5'], type: 'numeric' },
      // SQLite makes a REAL of it, and digits are gone before anybody reads them.
      {
        declared: 'NUMERIC',
        values: ["'1234567890123456789012345678901234567890'"],
        type: 'numeric',
        read: ['1234567890123456800000000000000000000000'],
      },
      { declared: '', values: ["'1234567890123456789012345678901234567890'"], type: 'text' },
      { declared: 'DECIMAL', values: ["'12.50 EUR'", '1'], type: 'text', findings: UNLIKE },
      { declared: 'MONEY', values: ['12.5', '3'], type: 'numeric' },
      {
        declared: 'NUMERIC',
        values: ['9e999'],
        type: 'double precision',
        read: ['Infinity'],
        findings: UNLIKE,
      },
    ],
  },
]
