import { createReadStream, createWriteStream, readFileSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
const [,, what, path] = process.argv
let rows = 0
const t = performance.now()
if (what === 'csv-parse' || what === 'csv-parse-cast') {
  const { parse } = await import('csv-parse')
  const p = createReadStream(path).pipe(parse({ from_line: 2, ...(what.endsWith('cast') && { cast: (v, c) => v === '' && !c.quoting ? null : v }) }))
  for await (const r of p) rows++
} else if (what === 'JSON.parse') {
  rows = JSON.parse(readFileSync(path, 'utf8')).t.length
} else if (what === 'stream-json') {
  const { parser } = await import('stream-json')
  const { pick } = await import('stream-json/filters/pick.js')
  const { streamArray } = await import('stream-json/streamers/stream-array.js')
  const { default: chain } = await import('stream-chain')
  for await (const r of chain([createReadStream(path), parser(), pick({ filter: 't' }), streamArray()])) rows++
} else {
  const n = +path
  const gen = function* () { for (let j = 0; j < n; j++) { rows++; yield [j,`Name, ${j}`,`user${j}@example.org`,j%90,j/7,`2024-01-0${j%9+1} 10:00:00`,j%2,'Zürich',`some longer note of row ${j}`,`00${j}`] } }
  if (what === 'csv-stringify') {
    const { stringify } = await import('csv-stringify')
    await pipeline(gen, stringify(), createWriteStream('/tmp/p10/p1/theirs.csv'))
  } else {
    const names = ['id','name','email','age','score','created','active','city','note','code']
    await pipeline(async function* () { let s = ''; for (const r of gen()) { s += JSON.stringify(Object.fromEntries(r.map((v, i) => [names[i], v]))) + '\n'; if (s.length > 1e6) { yield s; s = '' } } yield s }, createWriteStream('/tmp/p10/p1/theirs.jsonl'))
  }
}
const s = (performance.now() - t) / 1000
console.log(what, rows, Math.round(rows / s) + ' rows/s', Math.round(process.resourceUsage().maxRSS / 1024) + ' MiB', 'cpu ' + (process.cpuUsage().user / 1e6).toFixed(2))
