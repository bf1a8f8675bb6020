import { startWorld, translate } from './world.ts'
import { Untranslatable } from '../../../model/translate/scope.ts'
const w = await startWorld()
let seed=Number(process.argv[2]??1); const rnd=()=>{seed=(seed+0x6d2b79f5)|0; let t=Math.imul(seed^(seed>>>15),1|seed); t=(t+Math.imul(t^(t>>>7),61|t))^t; return ((t^(t>>>14))>>>0)/4294967296}
const seen=new Set<string>()
const pick=<T,>(a:T[])=>a[Math.floor(rnd()*a.length)]!
const atoms=['i','b','r','n','s','ci','rt','bl','d','ts','mixed','0','1','2','(-1)','0.5',"''","'abc'","'12'","'B'",'NULL',"'2024-01-31'",'TRUE','5',"x'00'","json_extract(j,'$.name')","json_extract(j,'$.age')","date(ts)"]
const gen=(n:number):string=>{ if(n<=0||rnd()<0.1) return pick(atoms)
 const a=()=>gen(n-1)
 return pick([
 ()=>`(${a()} ${pick(['+','-','*','/','%','||','=','<>','<','<=','>','>=','AND','OR','IS','IS NOT','&','|'])} ${a()})`,
 ()=>`(${a()} ${pick(['=','<','||','+','>='])} ${a()})`,
 ()=>`(NOT ${a()})`,()=>`(- ${a()})`,()=>`(+${a()})`,
 ()=>`(${a()} ${pick(['','NOT '])}BETWEEN ${a()} AND ${a()})`,
 ()=>`(${a()} ${pick(['','NOT '])}IN (${a()}, ${a()}))`,
 ()=>`CASE WHEN ${a()} THEN ${a()} ELSE ${a()} END`,
 ()=>`CASE ${a()} WHEN ${a()} THEN ${a()} END`,
 ()=>`coalesce(${a()}, ${a()})`,()=>`nullif(${a()}, ${a()})`,()=>`iif(${a()}, ${a()}, ${a()})`,
 ()=>`CAST(${a()} AS ${pick(['INTEGER','REAL','TEXT','NUMERIC'])})`,
 ()=>`${pick(['length','lower','upper','trim','abs','round','typeof','quote','hex','sign','floor','unicode','date','datetime'])}(${a()})`,
 ()=>`${pick(['min','max'])}(${a()}, ${a()})`,
 ()=>`substr(${a()}, ${pick(['1','2','-2','0'])}, ${pick(['1','2','3'])})`,
 ()=>`replace(${a()}, ${a()}, ${a()})`,()=>`instr(${a()}, ${a()})`,
 ()=>`(${a()} LIKE ${a()})`,()=>`(${a()} COLLATE ${pick(['NOCASE','BINARY','RTRIM'])})`,
 ()=>`(${a()} IS NULL)`,()=>`printf('%d|%s', ${a()}, ${a()})`,
 ])() }
let ok=0,ref=0,err=0; const errs=new Map<string,number>()
for(let k=0;k<Number(process.argv[3]??3000);k++){ const e=gen(1+Math.floor(rnd()*3)); if(seen.has(e)) continue; seen.add(e); let t
 try{t=translate(e)}catch(x){ if(!(x instanceof Untranslatable)) console.log('CRASH',e,(x as Error).stack); ref++; continue}
 let a; try{a=w.sqlite(e)}catch{continue}
 try{ const b=await w.postgres(t.sql); 
  if(JSON.stringify(a)!==JSON.stringify(b)) console.log('DIFF',e,'\n  ',t.sql.slice(0,500),'\n  ',JSON.stringify(a),'\n  ',JSON.stringify(b)); else ok++
 }catch(x){err++; const m=(x as Error).message; if(!/out of range/.test(m)) console.log('ERROR',m,'\n  ',e,'\n  ',t.sql.slice(0,400)) } }
console.log({ok,ref,err}); await w.stop()
