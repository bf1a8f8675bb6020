/** The looks of the report: system fonts, light and dark, narrow screens and paper. */
import { Html } from './markup.ts'

export const STYLE = new Html(`
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --sheet: #ffffff; --ink: #1b2430; --soft: #5b6675; --faint: #6b7684; --rule: #e3e7ec;
  --code: #f1f3f6; --accent: #2f6fde; --accent-soft: #dbe7fc;
  --good: #137a4a; --good-soft: #e0f4e9; --warn: #8a5a00; --warn-soft: #fdf0d2;
  --bad: #b3261e; --bad-soft: #fde5e2; --plain: #4b5766; --plain-soft: #eaeef3;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #10141a; --sheet: #181e26; --ink: #e5eaf1; --soft: #a3afbe; --faint: #8492a3; --rule: #2b333e;
    --code: #212934; --accent: #7aa7f5; --accent-soft: #23344f;
    --good: #6fd3a0; --good-soft: #16352a; --warn: #f0c163; --warn-soft: #3a2e14;
    --bad: #ff9b92; --bad-soft: #43201f; --plain: #b4c0ce; --plain-soft: #262f3a;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 2rem 1.5rem 1rem; }
footer { max-width: 68rem; margin: 0 auto; padding: 1rem 1.5rem 3rem; color: var(--soft); font-size: .82rem; }
h1, h2, h3, p, ul, dl, pre, figure { margin: 0; }
h1 { font-size: 1.05rem; font-weight: 600; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; line-height: 1.3; letter-spacing: -.01em; margin-bottom: .9rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .6rem; overflow-wrap: anywhere; }
code, pre { font: .86em/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
code { background: var(--code); border-radius: .3em; padding: .12em .35em; overflow-wrap: anywhere; }
pre { background: var(--code); border-radius: .6rem; padding: .9rem 1rem; margin: .8rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
pre code { background: none; padding: 0; font-size: 1em; }
a { color: var(--accent); }
section { background: var(--sheet); border: 1px solid var(--rule); border-radius: 1rem; padding: 1.6rem 1.75rem; margin-bottom: 1.25rem; }
section > p + p, .entry p + p { margin-top: .5rem; }
.intro { color: var(--soft); font-size: .92rem; margin: -.4rem 0 1rem; }
h3 + .intro { margin-top: -.3rem; }
.verdict { border-radius: 1rem; padding: 1.75rem; margin-bottom: 1.25rem; background: var(--sheet); border: 1px solid var(--rule); border-top: .4rem solid var(--tone); }
.verdict .kind { color: var(--soft); font-size: .85rem; }
.words { display: flex; gap: 1rem; align-items: flex-start; margin: 1.1rem 0 1.4rem; }
.words > div { min-width: 0; overflow-wrap: anywhere; }
.sign { flex: none; display: grid; place-items: center; width: 2.9rem; height: 2.9rem; border-radius: 50%; background: var(--tone-soft); color: var(--tone); font-size: 1.5rem; font-weight: 700; }
.words .title { font-size: clamp(1.6rem, 4.5vw, 2.3rem); line-height: 1.2; font-weight: 700; letter-spacing: -.02em; color: var(--tone); margin-bottom: .3rem; }
.said { color: var(--soft); margin-top: .6rem; }
.good { --tone: var(--good); --tone-soft: var(--good-soft); }
.warn { --tone: var(--warn); --tone-soft: var(--warn-soft); }
.bad { --tone: var(--bad); --tone-soft: var(--bad-soft); }
.plain { --tone: var(--plain); --tone-soft: var(--plain-soft); }
.amounts { list-style: none; padding: 0; display: grid; grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); gap: .75rem; }
.amounts li { border-top: 1px solid var(--rule); padding-top: .6rem; }
.amounts b { display: block; font-size: clamp(1.1rem, 3.6vw, 1.35rem); line-height: 1.3; white-space: nowrap; font-variant-numeric: tabular-nums; letter-spacing: -.01em; }
.amounts span { color: var(--soft); font-size: .85rem; }
dl { display: grid; gap: .15rem 2rem; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); }
dl div { display: grid; grid-template-columns: 7.5rem minmax(0, 1fr); gap: .75rem; padding: .3rem 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
.wide { overflow-x: auto; margin: 0 -.5rem; padding: 0 .5rem; border-radius: .4rem; }
.wide:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .5rem .9rem .5rem 0; border-bottom: 1px solid var(--rule); }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--soft); font-weight: 500; font-size: .82rem; white-space: nowrap; vertical-align: bottom; }
tbody th { font-weight: 600; overflow-wrap: anywhere; min-width: 7rem; }
tbody tr:last-child > * { border-bottom: 0; }
tfoot > tr > * { border-top: 2px solid var(--rule); border-bottom: 0; font-weight: 600; }
.n { text-align: right; white-space: nowrap; }
section .made { margin-top: 1rem; }
.none { color: var(--faint); }
.some { color: var(--warn); }
.detail { color: var(--soft); font-size: .85rem; line-height: 1.45; margin-top: .25rem; overflow-wrap: anywhere; }
td > .detail { min-width: 12rem; max-width: 44rem; }
.pill { display: inline-block; border-radius: 1rem; padding: .05rem .6rem; font-size: .8rem; font-weight: 600; white-space: nowrap; background: var(--tone-soft); color: var(--tone); }
.steps th[scope=row] { white-space: nowrap; width: 1%; }
.steps .when { width: 90%; min-width: 12rem; }
.steps .sub > * { border-bottom: 0; padding-top: .1rem; padding-bottom: .1rem; font-size: .82rem; color: var(--soft); }
.steps .sub > th { font-weight: 400; padding-left: 1rem; max-width: 14rem; overflow: hidden; text-overflow: ellipsis; }
.steps tr:has(+ .sub) > * { border-bottom: 0; }
.steps .sub:not(:has(+ .sub)) > * { border-bottom: 1px solid var(--rule); padding-bottom: .5rem; }
.bar { display: block; width: 100%; height: .7rem; margin-top: .42rem; border-radius: .35rem; overflow: hidden; }
.sub .bar { height: .35rem; margin-top: .5rem; }
.bar .track { fill: var(--plain-soft); }
.bar .fill { fill: var(--accent); }
.bar.bad .fill { fill: var(--bad); }
.bar.plain .fill { fill: var(--faint); opacity: .75; }
.pace { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .4rem .7rem; }
.pace svg { display: block; width: 100%; height: 12rem; }
.pace .area { fill: var(--accent-soft); }
.pace .line { fill: none; stroke: var(--accent); stroke-width: 2; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
.pace .grid { fill: none; stroke: var(--rule); stroke-width: 1; vector-effect: non-scaling-stroke; }
.scale { display: flex; flex-direction: column; justify-content: space-between; text-align: right; color: var(--soft); font-size: .78rem; line-height: 1; font-variant-numeric: tabular-nums; }
.scale.time { grid-column: 2; flex-direction: row; }
section ul { padding-left: 1.2rem; }
section li { margin: .3rem 0; overflow-wrap: anywhere; }
section ul.findings { list-style: none; padding: 0; }
.findings li { padding: .8rem 0; border-bottom: 1px solid var(--rule); margin: 0; }
.findings li:first-child { padding-top: 0; }
.findings li:last-child { border-bottom: 0; padding-bottom: 0; }
.findings p { margin-top: .35rem; }
.findings details { display: inline; }
.remedy { color: var(--soft); }
.remedy::before { content: "→ "; color: var(--accent); }
.entry + .entry { border-top: 1px solid var(--rule); margin-top: 1.1rem; }
details { margin-top: .9rem; }
.entry details { margin-top: .4rem; }
summary { cursor: pointer; color: var(--accent); font-size: .92rem; width: fit-content; }
details > :not(summary) { margin-top: .7rem; }
.comment { color: var(--soft); }
.sign-off { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 1.5rem; margin-top: 2.2rem; }
.sign-off div { display: grid; color: var(--soft); font-size: .82rem; }
.sign-off .line { border-bottom: 1px solid var(--faint); min-height: 2rem; color: var(--ink); font-size: 1rem; display: flex; align-items: flex-end; padding-bottom: .15rem; overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  body { font-size: 15px; }
  main { padding: .75rem .75rem 0; }
  section, .verdict { padding: 1.15rem 1rem; border-radius: .8rem; margin-bottom: .8rem; }
  .words { gap: .75rem; }
  .sign { width: 2.2rem; height: 2.2rem; font-size: 1.15rem; }
  dl div { grid-template-columns: 1fr; gap: 0; }
  dt { font-size: .82rem; }
  .amounts { grid-template-columns: repeat(auto-fit, minmax(6rem, 1fr)); }
  .pace svg { height: 9rem; }
  .steps thead { display: none; }
  .steps, .steps tbody { display: block; }
  .steps tr { display: grid; grid-template-columns: minmax(0, 1fr) auto; padding: .5rem 0; border-bottom: 1px solid var(--rule); }
  .steps tr:has(+ .sub), .steps .sub:has(+ .sub), .steps tr:last-child { border-bottom: 0; }
  .steps tr.sub { padding: .1rem 0; }
  .steps tr > th, .steps tr > td, .steps .sub:not(:has(+ .sub)) > * { border: 0; padding: 0; width: auto; min-width: 0; max-width: none; }
  .steps .sub > th { padding-left: 0; }
  .steps tr > .when { grid-row: 2; grid-column: 1 / -1; width: auto; min-width: 0; }
}
@media print {
  @page { margin: 16mm 14mm; }
  :root {
    color-scheme: light;
    --ground: #fff; --sheet: #fff; --ink: #000; --soft: #444; --faint: #888; --rule: #ccc; --code: #f4f4f4;
    --accent: #2f6fde; --accent-soft: #dbe7fc;
    --good: #0c5c37; --good-soft: #e0f4e9; --warn: #6b4600; --warn-soft: #fdf0d2;
    --bad: #8f1d16; --bad-soft: #fde5e2; --plain: #333; --plain-soft: #eee;
  }
  body { font-size: 10pt; }
  main, footer { max-width: none; padding: 0; }
  section, .verdict { border: 0; border-radius: 0; padding: 0; margin: 0 0 1.6em; }
  .verdict { border-top: .3rem solid var(--tone); padding-top: 1em; }
  section { border-top: 1px solid var(--rule); padding-top: 1em; }
  h2, h3, thead, .intro { break-after: avoid; }
  .amounts { grid-template-columns: repeat(auto-fit, minmax(5.5rem, 1fr)); }
  tr, .findings li, .entry, .words, .amounts, figure, .sign-off { break-inside: avoid; }
  .wide { overflow: visible; }
  table { font-size: 8.5pt; }
  th, td { padding-right: .5rem; }
  details::details-content { content-visibility: visible; height: auto; block-size: auto; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`)
