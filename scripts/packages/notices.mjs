import fs from 'node:fs'
import path from 'node:path'
import { root } from '../lib/paths.mjs'
import { output, SetupError } from '../lib/run.mjs'
import { source } from './manifests.mjs'

const LICENCE_FILE = /^(licen[cs]e|copying|copyright|notice|unlicense)/i

/** What is in the binaries, and what the main package depends on, with the licences of all of it: a text. */
export function thirdPartyNotices(rust) {
  const crates = rustCrates(rust).map(({ name, version, license, authors, manifest_path }) => ({
    title: `${name} ${version}`,
    license,
    authors,
    texts: licenceTexts(path.dirname(manifest_path))
  }))
  const modules = npmDependencies(Object.keys(source.dependencies)).map(({ folder, manifest }) => ({
    title: `${manifest.name} ${manifest.version}`,
    license: manifest.license,
    authors: [manifest.author?.name ?? manifest.author].filter(Boolean),
    texts: licenceTexts(folder)
  }))
  return [
    `Third-party notices of ${source.name} ${source.version}\n`,
    'Part of the binaries, from crates.io:\n',
    ...crates.map(entry),
    '\nDependencies of the npm package:\n',
    ...modules.map(entry),
    '\nLicence texts, and what each is of. What is listed above without a text is under one of the same licences.\n',
    ...texts([...crates, ...modules])
  ].join('\n')
}

const entry = ({ title, license, authors }) =>
  `  ${title}: ${license ?? 'see its licence text'}${authors.length > 0 ? `, by ${authors.join(', ')}` : ''}`

function texts(parts) {
  const titles = new Map()
  for (const part of parts) {
    for (const text of part.texts) titles.set(text, [...(titles.get(text) ?? []), part.title])
  }
  return [...titles].map(([text, of]) => `${'-'.repeat(100)}\n${of.join(', ')}\n\n${text}\n`)
}

/** The crates from outside that the addon is made of: not what only builds or tests it. */
function rustCrates({ cargo, env }) {
  const text = output(cargo, ['metadata', '--format-version', '1', '--locked'], env)
  if (text === null) throw new SetupError('cargo metadata failed: the licences of the crates are not known')
  const { packages, resolve } = JSON.parse(text)
  const [byId, nodes] = [packages, resolve.nodes].map((list) => new Map(list.map((item) => [item.id, item])))
  const isAddon = ({ manifest_path }) => manifest_path === path.join(root, 'Cargo.toml')
  const reached = new Set([packages.find(isAddon).id])
  for (const id of reached) {
    for (const { pkg, dep_kinds } of nodes.get(id).deps) {
      if (dep_kinds.some(({ kind }) => kind === null)) reached.add(pkg)
    }
  }
  const crates = [...reached].map((id) => byId.get(id)).filter(({ source }) => source !== null)
  return crates.sort((one, other) => (one.name < other.name ? -1 : 1))
}

/** The packages that these names stand for, with all that they depend on. */
export function npmDependencies(names) {
  const found = new Map()
  const add = (name, from) => {
    const folder = resolveFolder(name, from)
    if (found.has(folder)) return
    const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'))
    found.set(folder, { folder, manifest })
    for (const dependency of Object.keys(manifest.dependencies ?? {})) add(dependency, folder)
  }
  for (const name of names) add(name, root)
  return [...found.values()]
}

function resolveFolder(name, from) {
  const folder = path.join(from, 'node_modules', name)
  if (fs.existsSync(folder)) return folder
  if (path.dirname(from) === from) throw new SetupError(`${name} is not installed`)
  return resolveFolder(name, path.dirname(from))
}

/** The licences in a folder; of a choice, not the long text of Apache's, which is listed once with those that have no other. */
function licenceTexts(folder) {
  const files = fs.readdirSync(folder, { withFileTypes: true })
  const names = files.filter((file) => file.isFile() && LICENCE_FILE.test(file.name)).map(({ name }) => name)
  const others = names.filter((name) => !/apache/i.test(name))
  return (others.length > 0 ? others : names).map((name) =>
    fs.readFileSync(path.join(folder, name), 'utf8').replaceAll('\r\n', '\n').trim()
  )
}
