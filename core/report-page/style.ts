// Contains the style sheet of a report: readable on a screen, in the preview of a mail client, and on A4 paper.

export const STYLE = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px 20px 48px; max-width: 1040px; background: #ffffff; color: #1b2230;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 22px; margin: 44px 0 8px; padding-top: 14px; border-top: 2px solid #d9dee7; }
h3 { font-size: 17px; margin: 26px 0 6px; overflow-wrap: anywhere; }
p { margin: 8px 0; max-width: 76ch; }
ul { max-width: 76ch; padding-left: 22px; }
li { margin: 4px 0; }
a { color: #1f49b0; }
code { font-family: ui-monospace, "SFMono-Regular", Menlo, Consolas, "Liberation Mono", monospace; font-size: 0.88em;
  overflow-wrap: anywhere; }
.quiet { color: #59637a; }
.small { font-size: 14px; }
.note { border-left: 4px solid #c4500c; background: #fdf3ec; padding: 8px 14px; }
.key { display: flex; flex-wrap: wrap; gap: 12px; margin: 18px 0; padding: 0; }
.key div { flex: 1 1 150px; border: 1px solid #d9dee7; border-radius: 8px; padding: 10px 14px; }
.key dt { color: #59637a; font-size: 14px; }
.key dd { margin: 0; font-size: 22px; font-weight: 600; overflow-wrap: anywhere; }
nav ul { max-width: none; list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 12px 0; }
.scroll { overflow-x: auto; }
.scroll + .scroll { margin-top: 18px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
caption { text-align: left; color: #59637a; padding: 4px 0; }
th, td { text-align: left; vertical-align: top; padding: 5px 10px 5px 0; border-bottom: 1px solid #d9dee7; }
th { font-weight: 600; }
th code { font-weight: 400; }
thead th { border-bottom: 2px solid #b7bfce; vertical-align: bottom; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
thead th.number { white-space: normal; }
td.candidate { min-width: 200px; }
table.facts { width: auto; }
table.facts th { white-space: nowrap; padding-right: 24px; font-weight: 400; color: #59637a; }
table.facts td { overflow-wrap: anywhere; }
figure { margin: 14px 0; }
figcaption { color: #59637a; font-size: 14px; max-width: 84ch; }
svg { max-width: 100%; height: auto; display: block; }
.grid { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: flex-start; }
.grid > figure { flex: 0 1 320px; margin: 6px 0; }
.grid > article { flex: 1 1 440px; min-width: 0; max-width: 492px; border: 1px solid #d9dee7; border-radius: 8px; padding: 4px 16px 12px; }
.grid > article h3 { margin-top: 10px; }
pre { background: #f5f7fa; border: 1px solid #d9dee7; border-radius: 8px; padding: 12px 16px; font-size: 13px;
  white-space: pre-wrap; overflow-wrap: anywhere; }
.answers h3 { margin-bottom: 0; }
.answers p { margin-top: 4px; }
.verdict { font-size: 13px; font-weight: 600; border: 1px solid; border-radius: 10px; padding: 1px 9px; white-space: nowrap; }
.good { color: #1c6b36; }
.caution { color: #a1410a; }
.unknown, .advice { color: #59637a; }
@page { size: A4; margin: 16mm 14mm; }
@media print {
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  h1 { font-size: 20pt; }
  h2 { font-size: 15pt; margin-top: 22pt; break-after: avoid; }
  h3 { font-size: 12pt; break-after: avoid; }
  table { font-size: 8pt; }
  th, td { padding: 3pt 4pt 3pt 0; }
  td.candidate { min-width: 0; }
  .small, figcaption, pre { font-size: 8.5pt; }
  .key dd { font-size: 12pt; }
  .key dt { font-size: 9pt; }
  .key div { flex-basis: 100px; padding: 6px 10px; }
  thead { display: table-header-group; break-after: avoid; }
  h2 + p, caption, header { break-after: avoid; }
  p, li, tr, figure, article, .key, .note, .answers > div { break-inside: avoid; }
  td.candidate code { font-size: 7.5pt; }
  .scroll { overflow: visible; }
  .grid > figure { flex-basis: 31%; }
  .grid > article { flex-basis: 46%; }
  svg.chart { max-height: 225mm; }
  svg.drawing { max-height: 88mm; }
  .tall svg.drawing { max-height: 190mm; }
  nav { display: none; }
  a { color: inherit; text-decoration: none; }
}
`;
