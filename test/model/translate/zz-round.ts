import { startWorld } from './world.ts'
import { translateValue } from '../../../model/translate/expression.ts'
import { parseExpression } from '../../../model/sqlite-sql/parse.ts'
import Database from 'better-sqlite3'
const w = await startWorld(); const db = new Database(':memory:')
const vals:number[]=[]
for(let i=0;i<20000;i++){ const k=i%5; const x = k===0? Math.random()*1000 : k===1? Math.round(Math.random()*1e6)/1000 : k===2? (Math.round(Math.random()*1e5)+0.5)/100 : k===3? Math.round(Math.random()*1e5)/64 : Math.random()*10**(Math.floor(Math.random()*14)); vals.push(i%2?x:-x)}
const scope={column:()=>({sql:'"r"',type:{kind:'float' as const,bits:64 as const}})}
for (const d of [0,1,2,3,4]) {
  const sql=translateValue(parseExpression(`round(r, ${d})`),scope).sql
  const {rows}=await w.client.query({text:`SELECT ${sql} FROM pg_catalog.unnest($1::float8[]) AS q(r)`,values:[vals],rowMode:'array'})
  const st=db.prepare(`SELECT round(?, ${d})`).pluck()
  let bad=0; const ex:unknown[]=[]
  vals.forEach((v,i)=>{const a=st.get(v) as number; if(a!==(rows[i] as number[])[0]){bad++; if(ex.length<4) ex.push([v,a,(rows[i] as number[])[0]])}})
  console.log(d,bad,JSON.stringify(ex))
}
await w.stop()
