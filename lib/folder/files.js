const fs = require('node:fs/promises')
const path = require('node:path')

const { FileError, isGone, unreadable } = require('./failure.js')

const STATS_AT_ONCE = 64

/**
 * The files in a folder and its subfolders that are of one of the kinds, folder by folder; `root` is the folder's real
 * path. Left out are hidden ones, what `ignore` says yes to, and folders in which a Qdrant keeps its data. `enter` is
 * told of every folder before it is read.
 *
 * `failures` are files and folders that cannot be looked at: what they hold is not known, other than of those that are
 * not there.
 */
async function findFiles(folder, kinds, { ignore, enter = () => {}, onFound = () => {}, signal }) {
  const root = await realFolder(folder)
  const kindOf = (name) => {
    const extension = path.extname(name).toLowerCase()
    return kinds.find(({ settings }) => settings.extensions.includes(extension))?.kind
  }
  const files = []
  const failures = []
  const pending = [root]
  for (const folder of pending) {
    signal?.throwIfAborted()
    enter(folder)
    const entries = await entriesOf(folder, folder === root, failures)
    if (isStorage(entries)) continue
    const candidates = []
    for (const entry of entries) {
      const file = path.join(folder, entry.name)
      const isFolder = entry.isDirectory()
      const kind = isFolder ? undefined : kindOf(entry.name)
      if (entry.name.startsWith('.') || (!isFolder && !kind)) continue
      if (ignore(path.relative(root, file), isFolder)) continue
      // A link to a folder is not followed: it may lead back here.
      if (isFolder) pending.push(file)
      else candidates.push({ file, kind })
    }
    for (let start = 0; start < candidates.length; start += STATS_AT_ONCE) {
      const batch = candidates.slice(start, start + STATS_AT_ONCE)
      const described = await Promise.all(batch.map((candidate) => describe(candidate, failures)))
      files.push(...described.filter(Boolean))
    }
    onFound(files.length)
  }
  return { root, files, failures }
}

async function realFolder(folder) {
  const real = await fs.realpath(folder).catch(() => null)
  if (!real || !(await fs.stat(real)).isDirectory()) throw new Error(`No such folder: ${folder}`)
  return real
}

async function entriesOf(folder, isRoot, failures) {
  try {
    const entries = await fs.readdir(folder, { withFileTypes: true })
    return entries.sort((one, other) => (one.name < other.name ? -1 : 1))
  } catch (error) {
    if (isRoot) throw error
    if (!isGone(error)) failures.push({ file: folder, kind: null, error: unreadable(error) })
    return []
  }
}

/** Size and time of change, which tell later whether a file is still the same; nothing for what is no file. */
async function describe({ file, kind }, failures) {
  try {
    const stat = await fs.stat(file)
    // A pipe would be waited for.
    return stat.isFile() ? { file, kind, size: stat.size, modified: stat.mtime.toISOString() } : undefined
  } catch (error) {
    if (!isGone(error)) failures.push({ file, kind: kind.name, error: unreadable(error) })
    else if (file.includes('\ufffd')) {
      failures.push({ file, kind: kind.name, error: new FileError('its name is not valid Unicode') })
    }
    return undefined
  }
}

function isStorage(entries) {
  const names = new Set(entries.map(({ name }) => name))
  return names.has('format.json') && names.has('collections')
}

module.exports = { findFiles }
