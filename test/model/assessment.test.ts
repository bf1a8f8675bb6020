import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { assessDocument } from '../../model/assess-document.ts'
import { buildPlan } from '../../model/build-plan.ts'
import { planRequest } from '../../model/plan-request.ts'
import { renderAssessment } from '../../model/render-assessment.ts'
import { assess, ENDPOINTS, target } from './world.ts'

/** Guide 3's tables, and a table of what SQLite lets slip in. */
const SQL = `
${readFileSync(new URL('two-truths.sql', import.meta.url), 'utf8')}
CREATE TABLE odd (
  a TEXT, b INT, age INTEGER, mixed, seen DATETIME, doc JSON, ip INET, price DECIMAL(8,2), note VARCHAR(5),
  PRIMARY KEY (a, b), CHECK (age <> 'secret')
);
PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF;
INSERT INTO odd VALUES ('k', 1, 41, 1, '2024-01-02 03:04:05', '{"a": 1}', '10.0.0.1', 19.99, 'short'),
  (NULL, 2, 'secret', x'ff', 'secret', '{"secret', 'secret', 'secret', 'secret ' || char(0));
CREATE TABLE lost (id INTEGER PRIMARY KEY, a TEXT, b INT, FOREIGN KEY (a, b) REFERENCES odd);
INSERT INTO lost VALUES (1, 'k', 1), (2, 'secret', 9);
CREATE TABLE "empty|table" ("a b" TEXT)`

/** As it stands in its files, with the version of SQLite taken out. */
function shown(document: ReturnType<typeof documentOf>): string {
  return renderAssessment({ ...document, engine: 'SQLite' })
}

function documentOf(sql: string) {
  const assessment = assess(sql)
  const plan = buildPlan({ assessment, target: target(), request: planRequest(ENDPOINTS, {}) })
  return assessDocument(assessment, plan)
}

test('an assessment reads as it did (LONGHAUL_GOLDEN=write makes it anew), and holds no value', () => {
  const golden = new URL('golden/assessment.md', import.meta.url)
  const text = shown(documentOf(SQL))
  if (process.env.LONGHAUL_GOLDEN === 'write') writeFileSync(golden, text)
  assert.equal(text, readFileSync(golden, 'utf8'))
  // The name of a check is its SQL.
  assert.doesNotMatch(text.replaceAll("age <> 'secret'", ''), /secret/)
})

test('a value that was asked for stands behind its key', () => {
  const document = documentOf(SQL)
  const finding = document.findings.find(({ object }) => object === 'odd.age')!
  finding.value = `'sec\\u0000ret'`
  assert.ok(finding.example)
  assert.ok(shown(document).includes(`Example: ${finding.example}: 'sec\\u0000ret'.`))
})
