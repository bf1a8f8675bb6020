/** `longhaul assess`: what is in the way, where, and, only where it was asked for, which values. */
import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { test } from 'node:test'
import type { AssessDocument } from '../../model/assess-document.ts'
import { filesBelow, findAny, histories, openToOthers } from './canary.ts'
import { openWorld } from './world.ts'

const world = await openWorld()

const source = world.source(`
  CREATE TABLE person (id INTEGER PRIMARY KEY, age INTEGER, seen DATETIME, CHECK (age <> 'canary-of-age'));
  PRAGMA ignore_check_constraints = ON;
  INSERT INTO person VALUES (1, 41, '2024-01-02 03:04:05'), (4711, 'canary-of-age', 'canary-of-time'), (4712, 43, NULL);
  CREATE TABLE visit (person INTEGER REFERENCES person (id));
  INSERT INTO visit VALUES (1), (8675309123), (9999999999)`)
const VALUES = ['canary-of-time', '8675309123']

const assess = async (...words: string[]) => {
  const said = await world.run(['assess', '--from', `sqlite:${source}`, '--json', ...words])
  // Something would not be in the target, or only by consent.
  assert.equal(said.status, 3, said.all)
  const files = [...said.err.matchAll(/\S+assess\.(?:md|json)/g)].map(([path]) => path)
  assert.equal(files.length, 2, said.err)
  return { said, files, document: JSON.parse(said.out) as AssessDocument }
}

test('without --show-values no value is anywhere, and keys are', async () => {
  const { said, files, document } = await assess()
  const finding = document.findings.find(({ object }) => object === 'person.age')!
  assert.equal(finding.code, 'values-unlike-declared')
  assert.equal(finding.example, 'id = 4711')
  const texts = [...files.map(path => readFileSync(path)), Buffer.from(said.all)]
  assert.deepEqual(
    findAny(
      texts.map((bytes, i) => ({ name: `text ${i}`, bytes })),
      VALUES,
    ),
    [],
  )
})

test('with --show-values they stand in the files of this run alone, and travel nowhere', async () => {
  const { said, files, document } = await assess('--show-values')
  const values = document.findings.flatMap(({ object, value }) =>
    value === undefined ? [] : [[object, value]],
  )
  assert.deepEqual(values.sort(), [
    ['person.age', `'canary-of-age'`],
    ['person.seen', `'canary-of-time'`],
    ['table person', `'canary-of-age'`],
    ['visit.person', '8675309123'],
  ])
  for (const path of files) {
    assert.match(readFileSync(path, 'utf8'), /canary-of-time/)
    assert.equal(statSync(path).mode & 0o777, 0o600)
  }
  assert.deepEqual(openToOthers(dirname(files[0]!)), [])
  assert.deepEqual(findAny(await histories(world.stack.address), VALUES), [])
  const elsewhere = filesBelow(world.stack.home, /assess\.(json|md)$|snapshot\.db$/)
  assert.deepEqual(findAny(elsewhere, VALUES), [])
  assert.match(said.out, /canary-of-time/)
})
