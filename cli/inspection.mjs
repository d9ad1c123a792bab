import fs from 'node:fs/promises'
import path from 'node:path'
import { diskUsage } from './disk-usage.mjs'
import { lockHolder } from './lock.mjs'
import { withStorage } from './storage.mjs'

/**
 * What a storage folder holds. What cannot be told has an `error` in its place and does not keep the rest from being
 * told: the folder, where it is locked or damaged as a whole, and each collection.
 */
export async function inspect(folder) {
  const format = await formatOf(folder)
  const report = {
    path: folder,
    ...format,
    error: null,
    lock: null,
    disk: null,
    aliases: {},
    collections: []
  }
  try {
    await withStorage(folder, async (client) => {
      const { collections } = await client.getCollections()
      const { aliases } = await client.getAliases()
      for (const { alias_name, collection_name } of aliases) report.aliases[alias_name] = collection_name
      for (const { name } of collections) report.collections.push({ name, ...(await state(client, name)) })
    })
  } catch (error) {
    if (!error.status) throw error
    report.error = error.message
    if (error.code === 'STORAGE_LOCKED') {
      report.lock = (await lockHolder(folder)) ?? { pid: error.pid ?? null, command: null }
    }
    report.aliases = await aliasesOf(folder)
    for (const name of await collectionFolders(folder)) {
      report.collections.push({ name, error: null, info: null })
    }
  }
  const { whole, collections } = await diskUsage(folder)
  report.disk = whole
  report.collections.sort((one, other) => (one.name < other.name ? -1 : 1))
  for (const collection of report.collections) {
    collection.disk = collections.get(collection.name) ?? { bytes: 0, parts: {} }
  }
  return report
}

/** What `getCollection` tells, or why the collection cannot be opened: of its points it then tells none. */
async function state(client, name) {
  try {
    await client.count(name, { exact: false })
    return { error: null, info: await client.getCollection(name) }
  } catch (error) {
    return { error: error.message, info: null }
  }
}

/** Opening a folder would create it, and put a lock into one that is somebody else's. */
async function formatOf(folder) {
  const file = path.join(folder, 'format.json')
  const text = await fs.readFile(file, 'utf8').catch((error) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error
    throw new Error(`No storage folder of qdrant-embedded: ${folder} (it has no format.json)`)
  })
  try {
    const { format, written_by } = JSON.parse(text)
    return { format, written_by }
  } catch {
    return { format: null, written_by: null } // Opening it says what is wrong.
  }
}

/** What the file says; null where it cannot be read. */
async function aliasesOf(folder) {
  try {
    return JSON.parse(await fs.readFile(path.join(folder, 'aliases', 'data.json'), 'utf8'))
  } catch (error) {
    return error.code === 'ENOENT' ? {} : null
  }
}

async function collectionFolders(folder) {
  const entries = await fs.readdir(path.join(folder, 'collections'), { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}
