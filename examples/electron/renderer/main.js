import { connect } from './client.js'
import { byId } from './element.js'
import { countOf, showFolders } from './folders.js'
import { Gallery } from './gallery.js'
import { Matches } from './matches.js'
import { receivePictures } from './receive-pictures.js'
import { announce, hideError, Progress, showError } from './status.js'

let gallery
let search = new AbortController()
let indexing = null

const progress = new Progress(() => {
  indexing?.abort()
  search.abort()
})
const matches = new Matches({
  onChoose: ({ id, name }) => find(`Like ${name}`, (options) => gallery.like(id, options), `pictures/${id}`),
  onShow: (id) => window.desktop.showInFolder(id).catch(showError)
})

byId('choose-folder').onclick = async () => {
  const folder = await window.desktop.chooseFolder().catch(showError)
  if (folder) await index(folder)
}
byId('words-form').onsubmit = (event) => {
  event.preventDefault()
  const words = byId('words').value.trim()
  if (words === '') showAll()
  else find(`“${words}”`, (options) => gallery.withWords(words, options))
}
byId('clear').onclick = () => {
  byId('words').value = ''
  showAll()
  byId('results').focus()
}
receivePictures((file) =>
  find(
    `Like ${file.name}`,
    async (options) => gallery.likePicture(new Uint8Array(await file.arrayBuffer()), options),
    URL.createObjectURL(file)
  )
)

await open()

/** Connects to the engine, now and whenever it has stopped. */
async function open() {
  try {
    const client = await connect()
    await use(client, await client.about())
  } catch (error) {
    showError(error)
  }
}

async function use(client, about) {
  gallery = new Gallery(client, about)
  byId('about').textContent = `All on this computer. Model: ${about.model}`
  byId('words-hint').textContent = about.knowsWords
    ? 'Say what the pictures show: “a dog on a beach”.'
    : 'This model knows pictures only: words search the names of files.'
  for (const control of document.querySelectorAll(':disabled')) control.disabled = false
  client.closed.then(() => {
    const text = 'The engine has stopped, and is started again'
    byId('about').textContent = text
    announce(text)
    return open()
  })
  await showAll()
}

/** Does one search; the one before it is given up. */
async function find(title, run, picture) {
  search.abort()
  search = new AbortController()
  const { signal } = search
  hideError()
  showQuery(picture)
  byId('results').setAttribute('aria-busy', 'true')
  try {
    const onProgress = (state) => state.phase === 'download' && progress.show(state)
    const pictures = await run({ signal, onProgress })
    if (signal.aborted) return
    matches.show(title, pictures)
    byId('clear').hidden = false
    byId('empty').hidden = true
    announce(`${countOf(pictures.length)} found, best first`)
  } catch (error) {
    if (!signal.aborted) showError(error)
  } finally {
    if (search.signal === signal) {
      byId('results').removeAttribute('aria-busy')
      if (!indexing) progress.hide()
    }
  }
}

function showQuery(picture) {
  const preview = byId('preview')
  if (preview.src.startsWith('blob:')) URL.revokeObjectURL(preview.src)
  preview.hidden = picture === undefined
  if (picture === undefined) preview.removeAttribute('src')
  else preview.src = picture
}

async function showAll() {
  search.abort()
  showQuery()
  byId('clear').hidden = true
  try {
    const [{ pictures, count }, folders] = await Promise.all([gallery.all(), gallery.folders()])
    const rest = count > pictures.length ? `${pictures.length} of ${countOf(count)}` : countOf(count)
    matches.show(count === 0 ? 'Pictures' : rest, pictures)
    byId('empty').hidden = count > 0
    showFolders(folders, { onUpdate: index, onForget: forget })
  } catch (error) {
    showError(error)
  }
}

async function index(folder) {
  if (indexing) return
  indexing = new AbortController()
  const { signal } = indexing
  hideError()
  byId('choose-folder').disabled = true
  announce('Looking at the pictures of the folder')
  try {
    const result = await gallery.index(folder, { signal, onProgress: (state) => progress.show(state) })
    const { found, indexed, removed, skipped } = result
    announce(`${countOf(found)} in the folder, ${indexed} new or changed, ${removed} gone`)
    if (skipped.length > 0) {
      const names = skipped.map(({ name }) => name)
      showError(new Error(`${countOf(skipped.length)} could not be read: ${names.slice(0, 5).join(', ')}`))
    }
  } catch (error) {
    if (signal.aborted) announce('Stopped')
    else showError(error)
  } finally {
    indexing = null
    progress.hide()
    byId('choose-folder').disabled = false
    await showAll()
  }
}

async function forget(folder) {
  await gallery.forget(folder).catch(showError)
  announce('The folder was removed from the gallery')
  await showAll()
  byId('choose-folder').focus()
}
