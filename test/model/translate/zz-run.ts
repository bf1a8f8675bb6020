import { startWorld, translate } from './world.ts'
import { readFileSync } from 'node:fs'
const w = await startWorld()
let ok=0
for (const line of readFileSync(process.argv[2]!,'utf8').split('\n')) {
  const e = line.trim(); if(!e) continue
  let t
  try { t = translate(e) } catch (err) { console.log('REFUSED', e, '::', (err as Error).message, (err as Error).constructor.name==='Untranslatable'?'':(err as Error).stack); continue }
  try {
    const a = w.sqlite(e,!!process.argv[3]); const b = await w.postgres(t.sql,!!process.argv[3])
    const norm=(x:unknown)=>JSON.stringify(x)
    // pg strings for bigint/numeric/float
    const kind=t.type?.kind
    const bb=b.map(v=> (kind==='numeric'&&typeof v==='string')? String(Number(v)): v)
    const aa=a
    if (norm(aa)!==norm(bb)) console.log('DIFF', e, '\n   ', t.sql, '\n   ', norm(aa), '\n   ', norm(bb)); else ok++
  } catch (err) { console.log('ERROR', e, '\n   ', t.sql, '\n  ', (err as Error).message) }
}
console.log('ok', ok)
await w.stop()
