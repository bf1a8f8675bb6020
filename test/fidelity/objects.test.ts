/** Each kind of object, through the command line into a real PostgreSQL, and what its catalog says of it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openWorld, type Target } from '../end-to-end/world.ts'
import { OBJECTS, type ObjectCase } from './object-cases.ts'

const world = await openWorld()

const nameOf = (i: number) => `case_${i + 1}`

test('objects stand in the catalog, or are named as missing', async () => {
  const source = world.source(OBJECTS.map(({ sql }, i) => sql.replaceAll('$t', nameOf(i))).join(';\n'))
  const target = await world.target()
  const ends = ['--from', `sqlite:${source}`, '--to', target.url]
  const assessed = await world.run(['assess', ...ends, '--json'])
  assert.equal(assessed.status, 0, assessed.all)
  const { findings } = JSON.parse(assessed.out) as { findings: Finding[] }
  const said = await world.run(['full', ...ends])
  assert.equal(said.status, 4, said.all)
  const definitions = await catalog(target)
  const found = OBJECTS.map(({ sql }, i) => what(sql, nameOf(i), definitions, findings))
  assert.deepEqual(
    found,
    OBJECTS.map(({ findings = [], ...each }) => ({ ...each, findings })),
  )
})

interface Finding {
  severity: string
  code: string
  object: string
}

function what(sql: string, name: string, definitions: string[], findings: Finding[]): ObjectCase {
  const own = new RegExp(`\\b${name}(?!\\d)`)
  return {
    sql,
    there: definitions.filter(text => own.test(text)).map(text => text.replaceAll(name, '$t')),
    findings: findings
      .filter(({ object }) => own.test(object))
      .map(({ severity, code }) => `${severity} ${code}`)
      .sort(),
  }
}

/** Everything but plain columns and primary keys of one column, as PostgreSQL prints it. */
async function catalog(target: Target): Promise<string[]> {
  const rows = await target.rows(`
    SELECT c.conrelid::regclass || ': ' || pg_get_constraintdef(c.oid) FROM pg_constraint c
     WHERE connamespace = 'public'::regnamespace AND (contype IN ('u', 'c', 'f') OR contype = 'p' AND cardinality(conkey) > 1)
    UNION ALL
    SELECT replace(replace(pg_get_indexdef(i.indexrelid), 'USING btree ', ''), 'public.', '') FROM pg_index i
      JOIN pg_class r ON r.oid = i.indexrelid
     WHERE r.relnamespace = 'public'::regnamespace
       AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype <> 'f')
    UNION ALL
    SELECT attrelid::regclass || '.' || attname || ': ' ||
           CASE WHEN attidentity <> '' THEN 'identity' WHEN attgenerated <> '' THEN 'generated ' || d.text
                WHEN d.text IS NOT NULL THEN 'default ' || d.text ELSE 'not null' END
      FROM pg_attribute a JOIN pg_class r ON r.oid = a.attrelid
      LEFT JOIN LATERAL (SELECT pg_get_expr(adbin, adrelid) AS text FROM pg_attrdef
                          WHERE adrelid = a.attrelid AND adnum = a.attnum) d ON true
     WHERE r.relnamespace = 'public'::regnamespace AND r.relkind = 'r' AND attnum > 0
       AND (attidentity <> '' OR d.text IS NOT NULL OR attnotnull)
    UNION ALL
    SELECT 'view ' || oid::regclass || ':' || pg_get_viewdef(oid) FROM pg_class
     WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace
    UNION ALL
    SELECT replace(pg_get_triggerdef(t.oid), 'public.', '') FROM pg_trigger t WHERE NOT tgisinternal`)
  return rows.map(([text]) => String(text).replace(/\s+/g, ' ')).sort()
}
