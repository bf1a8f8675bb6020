import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reportOf } from '../../../model/report/account.ts'
import type { ReportFacts } from '../../../model/report/document.ts'
import { markdownReport } from '../../../model/report/markdown.ts'
import { everyText, facts } from './sample.ts'

const markdown = (given: ReportFacts): string => markdownReport(reportOf(given))

test('sign-offs stand with who, when and why, and the last gate is who verified', () => {
  const { result } = facts({})
  const text = markdown(
    facts({
      result: {
        ...result,
        events: [
          { at: '2026-01-31T12:00:00.000Z', kind: 'pause', object: 'a|b', by: 'ana', comment: 'one\ntwo' },
        ],
        signOffs: [
          { gate: 'before-copy', decision: 'approved', by: 'ana', at: '2026-01-31T12:00:00.000Z' },
          {
            gate: 'before-cutover',
            decision: 'approved',
            by: 'b<b>',
            at: '2026-02-01T12:00:00.000Z',
            comment: 'ok',
          },
        ],
      },
    }),
  )
  assert.match(text, /- Gate before-copy: \*\*approved\*\* by ana, 2026-01-31T12:00:00\.000Z\n/)
  assert.match(text, /- Gate before-cutover: \*\*approved\*\* by b\\<b\\>, 2026-02-01T12:00:00\.000Z: ok\n/)
  assert.match(text, /- Migrated by: Ana\n- Verified by: b\\<b\\>\n- Date: 2026-02-01\n/)
  assert.match(text, /\| 2026-01-31T12:00:00\.000Z \| pause \| a\\\|b \| {2}\| ana \| one two \|/)
})

test('without gates the sign-off is left to be filled in, and nothing is said of operators', () => {
  const text = markdown(facts({}))
  assert.match(text, /- Verified by: _+\n- Date: _+\n/)
  assert.doesNotMatch(text, /What operators did/)
})

test('the way back: how it was prepared, the command, and how to give up what is kept', () => {
  const text = markdown(facts({ setAside: ['DROP TABLE a.b', 'DROP SCHEMA a'] }))
  assert.match(text, /`longhaul rollback app-1`; `longhaul rollback app-1 --check` says first/)
  assert.match(text, /as prepared before the first write: 1 table, 7 rows: \\`kept\\`\./)
  assert.match(text, /~~~sql\nDROP TABLE a\.b;\nDROP SCHEMA a;\n~~~/)
  assert.match(markdown(facts({ touched: false })), /Nothing of this run is in the target/)
})

test('tables that an operator left out are named, and not called unchecked', () => {
  const text = markdown(facts({ skippedTables: ['singer'] }))
  assert.match(text, /\*\*left out\*\* by an operator: table singer/)
  assert.match(text, /\| singer \| 3 \| .* \| left out \|/)
})

test('names and words of others are no markup', () => {
  const markup = 'a|b *c* __d__ [e](https://evil.example) <b> `f` ~~g~~ &lt; \\ snake_case\n# h'
  const text = markdown(everyText(facts(), given => `${given}${markup}`))
  const plain = text.replace(/^(~~~+)[^~]*?^\1$/gm, '').replace(/(?<![\\`])(`+)(?!`).+?(?<!`)\1(?!`)/g, '')
  for (const line of plain.split('\n').filter(line => line.includes('evil')))
    assert.match(
      line,
      /a\\\|b \\\*c\\\* \\_\\_d\\_\\_ \\\[e\\\]\(https\\:\/\/evil\.example\) \\<b\\> \\`f\\` \\~\\~g\\~\\~ \\&lt; \\\\ snake_case # h/,
    )
  assert.doesNotMatch(text, /^# h/m)
})
