import type { Group } from '../case.ts'

const LONGER = ['warning longer-than-declared']
const UNLIKE = ['warning values-unlike-declared']

export const TEXTS: Group[] = [
  {
    title: 'Texts',
    cases: [
      { declared: 'TEXT', values: ["''", 'NULL', "' '"], type: 'text' },
      { declared: 'TEXT', values: ["'it''s'", `'a"b'`, "'back\\slash'", "'\\N'", "'\\.'"], type: 'text' },
      { declared: 'TEXT', values: ["'tab\there'", "'line\nbreak'", "'cr\r\nlf'"], type: 'text' },
      { declared: 'TEXT', values: ["'😀'", "'👨‍👩‍👧'", "'e\u0301'", "'é'"], type: 'text' },
      { declared: 'TEXT', values: ["'עברית'", "'عربى'", "'日本語'", "'\u202Eabc'"], type: 'text' },
      { declared: 'TEXT', values: ["'\u200b'", "'\ufeffbom'", "'\ufffd'", "'\uffff'"], type: 'text' },
      {
        declared: 'TEXT',
        values: ['char(1)', 'char(127)', 'char(1114111)'],
        type: 'text',
        read: ['\u0001', '\u007f', '\u{10ffff}'],
      },
      // Affinity TEXT makes texts of numbers.
      { declared: 'TEXT', values: ['1', '2.5', '1e100'], type: 'text', read: ['1', '2.5', '1.0e+100'] },
      { declared: 'TEXT', values: ["'007'", "'1.50'", "'+5'"], type: 'text' },
      { declared: 'CLOB', values: ["printf('%.5c', 'x')"], type: 'text', read: ['xxxxx'] },
      {
        declared: 'VARCHAR(5)',
        values: ["'abcde'", "'ééééé'", "'😀😀😀😀😀'"],
        type: 'character varying(5)',
      },
      { declared: 'VARCHAR(5)', values: ["'abcdef'"], type: 'text', findings: LONGER },
      { declared: 'CHAR(3)', values: ["'a'", "'a  '"], type: 'character varying(3)' },
      { declared: 'CHARACTER VARYING(2)', values: ['12'], type: 'character varying(2)' },
      { declared: 'NVARCHAR(20000000)', values: ["'x'"], type: 'text' },
      { declared: 'TEXT', values: ["x'616263'"], type: 'bytea', findings: UNLIKE },
      { declared: 'STRING', values: ["'abc'", "'7a'"], type: 'text' },
      { declared: '', values: ["'abc'", "''", 'NULL'], type: 'text' },
      { declared: '', values: [], type: 'text' },
      { declared: 'TEXT', values: ["'00000000-0000-4000-8000-000000000000'"], type: 'text' },
      { declared: 'TEXT', values: [`'{"a": 1}'`], type: 'text' },
      { declared: 'TEXT', values: ["'2024-01-31 12:00:00'"], type: 'text' },
      { declared: 'INTERVAL', values: ["'1 day'"], type: 'text' },
    ],
  },
  {
    title: 'Bytes',
    cases: [
      { declared: 'BLOB', values: ["x''", "x'00'", "x'ff00fe'", 'NULL'], type: 'bytea' },
      { declared: 'BLOB', values: ['zeroblob(3)'], type: 'bytea', read: ['\\x000000'] },
      { declared: 'VARBINARY(2)', values: ["x'0102030405'"], type: 'bytea' },
      { declared: 'BLOB', values: ["'only'", "'texts'"], type: 'text', findings: UNLIKE },
      { declared: 'BLOB', values: ['1', '2'], type: 'bigint', findings: UNLIKE },
      { declared: '', values: ["x'00112233445566778899aabbccddeeff'"], type: 'bytea' },
    ],
  },
  {
    title: 'Texts that PostgreSQL cannot hold, refused or by consent',
    utf8: true,
    cases: [
      { declared: 'TEXT', values: ['char(97, 0, 98)'], findings: ['refused nul-in-text'] },
      { declared: 'TEXT', values: ["CAST(x'61ff62' AS TEXT)"], findings: ['refused invalid-utf8'] },
      { declared: 'TEXT', values: ["CAST(x'eda080' AS TEXT)"], findings: ['refused invalid-utf8'] },
      { declared: 'INTEGER', values: ['1', 'char(0)'], findings: ['refused nul-in-text'] },
      {
        declared: 'TEXT',
        values: ['char(97, 0, 98)', "'x'"],
        type: 'text',
        read: ['ab', 'x'],
        line: { cast: 'strip-nul' },
      },
      {
        declared: 'TEXT',
        values: ['char(97, 0, 98)'],
        type: 'text',
        read: ['a\\0b'],
        line: { cast: 'escape-nul' },
      },
      {
        declared: 'TEXT',
        values: ["CAST(x'61ff62' AS TEXT)"],
        type: 'text',
        read: ['a\ufffdb'],
        line: { cast: 'strip-invalid' },
      },
      {
        declared: 'TEXT',
        values: ["CAST(x'61ff00' AS TEXT)", "'é'"],
        type: 'bytea',
        read: ['\\x61ff00', '\\xc3a9'],
        line: { type: 'bytea', cast: 'text-as-bytes' },
      },
      {
        declared: 'TEXT',
        values: ['char(97, 0, 98)', "'x'"],
        type: 'text',
        read: ['x'],
        line: { on_error: 'quarantine' },
        findings: ['warning values-quarantined'],
        quarantined: 1,
      },
      {
        declared: 'TEXT',
        values: ["CAST(x'61ff62' AS TEXT)", "'x'"],
        type: 'text',
        read: ['?', 'x'],
        line: { on_error: 'default', default: '?' },
        findings: ['warning values-replaced'],
      },
    ],
  },
]
