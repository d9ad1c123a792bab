import fs from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const MEDIA_TYPES = {
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
  '.bmp': 'image/bmp'
}

/** What is embedded in a page, in bytes, so that it can be moved or sent; beyond that, pictures are linked. */
const EMBED_LIMIT = { each: 8e6, page: 64e6 }

/** The page of a search: the query, a picture or words, and its matches with their scores, in one self-contained HTML file. */
export async function contactSheet({ query, matches, model, collection, count }) {
  const picture = embedder()
  const { image, text } = query
  const title = image ? `Most similar to ${path.basename(image)}` : text
  const queryPicture = image ? `<figure class="query">${await picture(image)}</figure>` : ''
  const cards = []
  for (const [rank, match] of matches.entries()) cards.push(card(rank, match, await picture(match.file)))
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
  ${queryPicture}
  <div>
    <p class="eyebrow">Image search</p>
    <h1>${escapeHtml(title)}</h1>
    <p class="path">${escapeHtml(image ?? 'The images that these words describe')}</p>
    <dl>
      <div><dt>Matches</dt><dd>${matches.length} of ${count.toLocaleString('en')} images</dd></div>
      <div><dt>Collection</dt><dd>${escapeHtml(collection)}</dd></div>
      <div><dt>Model</dt><dd>${escapeHtml(model)}</dd></div>
    </dl>
  </div>
</header>
<main>
  <ol>
${cards.join('\n')}
  </ol>
</main>
<footer>Scores are cosine similarities: 1 is the same picture. Made by qdrant-embedded, without a server.</footer>
</body>
</html>
`
}

function card(rank, { id, score, file }, picture) {
  const percent = (100 * Math.min(Math.max(score, 0), 1)).toFixed(1)
  return `    <li>
      <figure>${picture}</figure>
      <div class="facts">
        <p class="score"><span class="rank">#${rank}</span><b>${score.toFixed(4)}</b><span class="bar"><i style="width:${percent}%"></i></span></p>
        <p class="name">${escapeHtml(path.basename(file))}</p>
        <p class="path">${escapeHtml(path.dirname(file))}</p>
        <p class="id">${escapeHtml(id)}</p>
      </div>
    </li>`
}

/** A function from a file to its HTML; it keeps count of what the page embeds. */
function embedder() {
  let embedded = 0
  return async (file) => {
    const { href } = pathToFileURL(file)
    const alt = escapeHtml(path.join(path.basename(path.dirname(file)), path.basename(file)))
    const size = await fs.stat(file).then(
      (stat) => stat.size,
      () => null
    )
    if (size === null) return '<p class="missing">The file is no longer there</p>'
    let source = href
    if (size <= EMBED_LIMIT.each && embedded + size <= EMBED_LIMIT.page) {
      embedded += size
      const mediaType = MEDIA_TYPES[path.extname(file).toLowerCase()] ?? 'image/*'
      source = `data:${mediaType};base64,${(await fs.readFile(file)).toString('base64')}`
    }
    return `<a href="${escapeHtml(href)}"><img src="${escapeHtml(source)}" alt="${alt}"></a>`
  }
}

function escapeHtml(text) {
  const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return String(text).replace(/[&<>"']/g, (character) => entities[character])
}

const STYLE = `
:root {
  --page: #f5f5f2; --card: #ffffff; --line: #dddcd5;
  --text: #1d1e1b; --soft: #63645d; --accent: #b3203f; --track: #e6e5df;
  --shadow: 0 1px 2px rgb(0 0 0 / .05), 0 8px 24px -12px rgb(0 0 0 / .18);
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #131412; --card: #1d1e1c; --line: #30312d;
    --text: #f0f0ea; --soft: #a0a198; --accent: #ff6f88; --track: #30312d;
    --shadow: none;
  }
}
* { box-sizing: border-box; margin: 0 }
body {
  max-width: 76rem; margin: 0 auto; padding: clamp(1.25rem, 4vw, 3.5rem);
  background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
header { display: flex; flex-wrap: wrap; gap: clamp(1.25rem, 3vw, 2.5rem); align-items: center; margin-bottom: 2.5rem }
header > div { flex: 1 1 20rem; min-width: 0 }
.eyebrow { color: var(--accent); font-size: .75rem; font-weight: 650; letter-spacing: .09em; text-transform: uppercase }
h1 { font-size: clamp(1.6rem, 3.4vw, 2.35rem); line-height: 1.15; letter-spacing: -.02em; margin: .35rem 0 .5rem; overflow-wrap: anywhere; text-wrap: balance }
dl { display: flex; flex-wrap: wrap; gap: .75rem 2rem; margin-top: 1.25rem }
dl > div { min-width: 0 }
dt { color: var(--soft); font-size: .8rem }
dd { font-weight: 600; overflow-wrap: anywhere }
.path, .id { color: var(--soft); font-size: .8rem; overflow-wrap: anywhere }
figure { padding: .75rem }
figure a { display: block; height: 100% }
img { display: block; width: 100%; height: 100%; object-fit: contain }
a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.query { flex: 0 1 22rem; height: 17rem }
.query, li { background: var(--card); border: 1px solid var(--line); border-radius: 14px; box-shadow: var(--shadow) }
ol { list-style: none; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr)); gap: 1.25rem }
li { display: flex; flex-direction: column; min-width: 0 }
li figure { height: 13.5rem; padding-bottom: 0 }
.rank { color: var(--soft) }
.missing { display: flex; height: 100%; align-items: center; justify-content: center; color: var(--soft) }
.facts { padding: .85rem 1rem 1rem }
.score { display: flex; align-items: center; gap: .6rem; font-variant-numeric: tabular-nums }
.bar { flex: 1; height: 6px; border-radius: 3px; background: var(--track); overflow: hidden }
.bar i { display: block; height: 100%; border-radius: 3px; background: var(--accent) }
.name { font-weight: 600; margin-top: .45rem; overflow-wrap: anywhere }
.id { margin-top: .35rem; font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .7rem }
footer { margin-top: 2.5rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .8rem }
@media print { body { padding: 0 } li { break-inside: avoid; box-shadow: none } }
`
