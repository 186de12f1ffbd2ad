/** What the pages share: text made safe, tables, and the frame around them. No script anywhere. */

export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`)
}

/** Only to the web: what a vendor hands us as an address might be anything. */
export function link(url: string | null, text: string): string {
  if (url === null || !/^https?:\/\//.test(url)) return escape(text)
  return `<a href="${escape(url)}" rel="noreferrer">${escape(text)}</a>`
}

export function tile(count: number, label: string, alarm = false): string {
  return `<div class="tile${alarm ? ' alarm' : ''}"><b>${count}</b>${label}</div>`
}

/** Cells are HTML already. Long texts stand in the columns named in `long`; all others stay on one line. */
export function rows(titles: string[], cells: string[][], empty: string, long: string[] = []): string {
  if (cells.length === 0) return `<p class="empty">${empty}</p>`
  const kind = (i: number): string => (long.includes(titles[i] ?? '') ? ' class="long"' : '')
  const head = titles.map((title) => `<th>${title}</th>`).join('')
  const body = cells
    .map((row) => `<tr>${row.map((cell, i) => `<td${kind(i)}>${cell}</td>`).join('')}</tr>`)
    .join('\n')
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`
}

export function ago(seconds: number): string {
  return seconds < 1 ? 'now' : `${span(seconds)} ago`
}

export function span(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  return seconds < 129_600 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`
}

const style = `:root{color-scheme:light dark;--line:#8883;--ok:#1a7f37;--bad:#b42318;--warn:#9a6700;--dim:#777}
@media(prefers-color-scheme:dark){:root{--ok:#4ac26b;--bad:#ff7b72;--warn:#d4a72c;--dim:#999}}
body{font:15px/1.45 system-ui,sans-serif;max-width:72rem;margin:1.5rem auto;padding:0 1rem}
header{display:flex;align-items:baseline;gap:1rem}h1{font-size:1.5rem;margin:0}h2{font-size:1.05rem;margin:1.8rem 0 .4rem}
.ok{color:var(--ok);font-weight:600}.bad{color:var(--bad);font-weight:600}
.demo{border-left:3px solid #d4a72c;padding:.3rem .8rem;margin:1rem 0}.reasons{color:var(--bad);padding-left:1.2rem}
.tiles{display:flex;flex-wrap:wrap;gap:.6rem;margin-top:1rem}.tile{border:1px solid var(--line);border-radius:6px;padding:.4rem .8rem;color:var(--dim);font-size:.85rem}
.tile b{display:block;font-size:1.3rem;color:CanvasText}.alarm b{color:var(--bad)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .7rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{font-size:.8rem;color:var(--dim);font-weight:500}td:not(.long){white-space:nowrap}.long{min-width:11rem}
.green{color:var(--ok);font-weight:600}.amber{color:var(--warn);font-weight:600}.critical,.high,.red{color:var(--bad);font-weight:600}.unknown{color:var(--dim)}.empty,footer{color:var(--dim)}footer{margin:2rem 0;font-size:.85rem}
.reference code{font-size:.88em;overflow-wrap:anywhere}.reference pre{background:#8881;border:1px solid var(--line);border-radius:6px;padding:.5rem .8rem;overflow-x:auto}
.reference h3{margin:2.2rem 0 .3rem;padding-top:.6rem;border-top:1px solid var(--line)}.reference td:first-child{min-width:9rem}dd{margin:0 0 .8rem}`

export function document(
  body: string,
  { refreshSeconds, title }: { refreshSeconds?: number; title?: string } = {},
): string {
  const refresh =
    refreshSeconds === undefined ? '' : `<meta http-equiv="refresh" content="${refreshSeconds}">`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">${refresh}
<title>${title === undefined ? 'Watchfloor' : `${escape(title)} · Watchfloor`}</title><link rel="icon" href="data:,"><style>${style}</style></head><body>
${body}
</body></html>
`
}
