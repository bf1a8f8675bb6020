import type { Group } from '../case.ts'

const UNLIKE = ['warning values-unlike-declared']
const NORMALISED = ['note json-normalised']
const ID = '550e8400-e29b-41d4-a716-446655440000'
const HEX = ID.replaceAll('-', '')

export const FORMATS: Group[] = [
  {
    title: 'Booleans',
    cases: [
      {
        declared: 'BOOLEAN',
        values: ['0', '1', 'NULL', 'TRUE'],
        type: 'boolean',
        read: ['false', 'true', null, 'true'],
      },
      { declared: 'BOOL', values: ["'1'"], type: 'boolean', read: ['true'] },
      { declared: 'BOOLEAN', values: ['0', '2'], type: 'bigint', findings: UNLIKE },
      { declared: 'BOOLEAN', values: ["'true'", "'f'"], type: 'text', findings: ['warning truth-as-words'] },
      {
        declared: 'BOOLEAN',
        values: ["'Yes'", '0', "'off'"],
        type: 'boolean',
        read: ['true', 'false', 'false'],
        line: { type: 'boolean', cast: 'truth-words' },
      },
      { declared: 'TINYINT(1)', values: ['0', '1'], type: 'bigint' },
      {
        declared: 'TINYINT(1)',
        values: ['0', '1'],
        type: 'boolean',
        read: ['false', 'true'],
        line: { type: 'boolean' },
      },
    ],
  },
  {
    title: 'JSON, UUIDs, addresses',
    cases: [
      {
        declared: 'JSON',
        values: [`'{"b": 1,"a":[true,null]}'`, "'[]'", `'"x"'`],
        type: 'jsonb',
        read: ['{"a": [true, null], "b": 1}', '[]', '"x"'],
        findings: NORMALISED,
      },
      {
        declared: 'JSON',
        values: [`'{"n": 12345678901234567890.10}'`],
        type: 'jsonb',
        read: ['{"n": 12345678901234567890.10}'],
        findings: NORMALISED,
      },
      { declared: 'JSON', values: [`'{"a": 1, "a": 2}'`], type: 'json', findings: UNLIKE },
      { declared: 'JSON', values: [`'{"z": "\\u0000"}'`], type: 'json', findings: UNLIKE },
      { declared: 'JSON', values: [`'"\\ud800"'`], type: 'json', findings: UNLIKE },
      { declared: 'JSON', values: ["'[-0]'"], type: 'json', findings: UNLIKE },
      { declared: 'JSON', values: ["'{broken'"], type: 'text', findings: UNLIKE },
      // SQLite makes an integer of it, by the column's affinity.
      { declared: 'JSON', values: ["'[]'", "'1'"], type: 'text', read: ['[]', '1'], findings: UNLIKE },
      { declared: 'JSON', values: ["''", "'{}'"], type: 'text', findings: UNLIKE },
      {
        declared: 'JSON',
        values: ["'{broken'", "'[1]'"],
        type: 'jsonb',
        read: ['{}', '[1]'],
        line: { type: 'jsonb', on_error: 'default', default: '{}' },
        findings: ['warning values-replaced'],
      },
      {
        declared: 'JSON',
        values: ["'{broken'", "'[1]'"],
        type: 'jsonb',
        read: ['[1]'],
        line: { type: 'jsonb', on_error: 'quarantine' },
        findings: ['warning values-quarantined'],
        quarantined: 1,
      },
      {
        declared: 'UUID',
        values: [`'${ID}'`, `'${ID.toUpperCase()}'`],
        type: 'uuid',
        read: [ID, ID],
      },
      { declared: 'UUID', values: [`'${HEX}'`], type: 'uuid', read: [ID] },
      { declared: 'UUID', values: [`'${ID}'`, `'${HEX}'`], type: 'text', findings: UNLIKE },
      { declared: 'UUID', values: [`x'${HEX}'`], type: 'uuid', read: [ID] },
      { declared: 'UUID', values: [`'{${ID}}'`], type: 'text', findings: UNLIKE },
      { declared: 'UUID', values: ["x'0011'"], type: 'bytea', findings: UNLIKE },
      {
        declared: 'INET',
        values: ["'10.0.0.1'", "'10.0.0.0/8'", "'2001:DB8::1'"],
        type: 'inet',
        read: ['10.0.0.1/32', '10.0.0.0/8', '2001:db8::1/128'],
      },
      { declared: 'INET', values: ["'10.0.0.300'"], type: 'text', findings: UNLIKE },
      { declared: 'INET', values: ["'fe80::1%eth0'"], type: 'text', findings: UNLIKE },
    ],
  },
  {
    title: 'The same with --types optimized',
    types: 'optimized',
    cases: [
      {
        declared: 'TEXT',
        values: [`'{"a": 1}'`, "'[]'"],
        type: 'jsonb',
        findings: ['note json-normalised', 'note optimized', 'note upgraded'],
      },
      { declared: 'TEXT', values: ["'1'", "'2'"], type: 'text' },
      { declared: 'TEXT', values: [`'{"a": 1}'`, "'x'"], type: 'text' },
      { declared: 'TEXT', values: [`'${ID}'`], type: 'uuid', findings: ['note upgraded'] },
      {
        declared: 'TEXT',
        values: ["'10.0.0.1'", "'::1'"],
        type: 'inet',
        read: ['10.0.0.1/32', '::1/128'],
        findings: ['note upgraded'],
      },
      { declared: 'TEXT', values: [`'${ID}'`, "'10.0.0.1'"], type: 'text' },
    ],
  },
  {
    title: 'The same with --types declared',
    types: 'declared',
    cases: [
      { declared: 'INTEGER', values: ['1', "'N/A'"], findings: ['refused values-do-not-fit'] },
      { declared: 'VARCHAR(3)', values: ["'abcd'"], findings: ['refused values-do-not-fit'] },
      { declared: 'DATETIME', values: ['1700000000'], findings: ['refused values-do-not-fit'] },
      { declared: 'BOOLEAN', values: ['2'], findings: ['refused values-do-not-fit'] },
    ],
  },
]
