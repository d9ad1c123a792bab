// npm run check:models: the models of the hub with their real weights, against another implementation on the same files.
import fs from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import {
  connect,
  downloadModel,
  embedImages,
  embedTexts,
  listModels,
  modelCacheDir,
  rerank,
  unloadModel
} from '../../index.js'
import { root } from '../../scripts/lib/paths.mjs'
import { main, note, SetupError } from '../../scripts/lib/run.mjs'
import { peers } from './peers.mjs'

const USAGE = `Usage: npm run check:models [-- options]

  --models <a,b>       models of the hub to check           (default: one or two of each kind)
  --cache-dir <dir>    where they are kept                  (default: modelCacheDir())

HF_ENDPOINT names a mirror of the hub.`

const CLIP = { image: 'Qdrant/clip-ViT-B-32-vision', text: 'Qdrant/clip-ViT-B-32-text' }
const MODELS = [
  CLIP.image,
  CLIP.text,
  'Qdrant/all-MiniLM-L6-v2-onnx',
  'Qdrant/bge-small-en-v1.5-onnx-Q',
  'Qdrant/Splade_PP_en_v1',
  'gpahal/bge-m3-onnx-int8',
  'BAAI/bge-reranker-base'
]

/** Models whose vector is that of the first token, of those above. */
const CLS = ['Qdrant/bge-small-en-v1.5-onnx-Q']

const TEXTS = [
  'A dog runs on the beach.',
  'The tower is 330 metres tall, about the same height as an 81-storey building.',
  'Der Hafen lag im Nebel, und kein Schiff fuhr aus.',
  'two cups of coffee and a slice of bread',
  'SELECT name FROM users WHERE age > 21;',
  'Überraschung! 東京 🗼',
  'a'
]
const QUERY = 'How tall is the tower?'

/** The least that vectors of both implementations have to agree. Pictures are decoded and resized by other code. */
const LEAST = { image: { least: 0.95, mean: 0.98 }, text: { least: 0.999, mean: 0.9995 } }

const data = path.join(root, 'examples/image-search/data')
const photos = JSON.parse(fs.readFileSync(path.join(data, 'manifest.json'), 'utf8'))
const files = photos.map(({ file }) => path.join(data, 'images', file))

const failures = []

/** What is done with each kind of models; the vectors that this package makes. */
const CHECKS = {
  async image({ name, raw, cacheDir }) {
    const ours = await embedImages(files, { model: name, cacheDir })
    compare(name, 'image', `${files.length} photographs`, ours, await raw.embed(files, 8))
    return ours
  },

  async text({ name, raw, cacheDir }) {
    const ours = await embedTexts(TEXTS, { model: name, cacheDir })
    const pooling = CLS.includes(name) ? 'cls' : 'mean'
    compare(name, 'text', `${TEXTS.length} texts`, ours, await raw.embed(TEXTS, 1, pooling))
    return ours
  },

  async sparse({ name, raw, cacheDir }) {
    const ours = await throughRequests(name, 'sparse', { words: {} }, cacheDir)
    const theirs = []
    for (const text of TEXTS) theirs.push(...(await raw.splade([text])))
    compare(
      name,
      'sparse',
      `${TEXTS.length} texts`,
      ...dense(
        ours.map(({ words }) => weights(words)),
        theirs
      )
    )
  },

  async 'bge-m3'({ name, raw, cacheDir }) {
    const ours = await throughRequests(name, 'bge-m3', { words: {}, tokens: {}, look: {} }, cacheDir)
    const theirs = []
    for (const text of TEXTS) theirs.push(await raw.bgeM3(text))
    const of = (pick) => theirs.map(pick)
    compare(
      name,
      'bge-m3',
      'dense vectors',
      ours.map(({ look }) => look),
      of(({ dense }) => dense)
    )
    compare(
      name,
      'bge-m3',
      'sparse vectors',
      ...dense(
        ours.map(({ words }) => weights(words)),
        of(({ sparse }) => sparse)
      )
    )
    compare(
      name,
      'bge-m3',
      'token vectors',
      ours.map(({ tokens }) => tokens.flat()),
      of(({ tokens }) => tokens.flat())
    )
  },

  async reranker({ name, raw, cacheDir }) {
    const ranked = await rerank(QUERY, TEXTS, { model: name, cacheDir })
    const ours = TEXTS.map((_, at) => ranked.find(({ index }) => index === at).score)
    compare(name, 'reranker', `${TEXTS.length} scores`, [ours], [await raw.rerank(QUERY, TEXTS)])
  }
}

/** What requests store for each text, by the names of `vectors`. */
async function throughRequests(model, kind, vectors, cacheDir) {
  const [sample] = kind === 'bge-m3' ? await embedded(model, cacheDir) : []
  const size = sample?.length
  const client = await connect({ location: ':memory:', inference: { cacheDir } })
  try {
    const multivector_config = { comparator: 'max_sim' }
    await client.createCollection('check', {
      vectors: {
        ...(vectors.look && { look: { size, distance: 'Dot' } }),
        ...(vectors.tokens && { tokens: { size, distance: 'Dot', multivector_config } })
      },
      sparse_vectors: { words: {} }
    })
    const options = { words: { kind: 'sparse' }, tokens: { kind: 'multivector' }, look: { kind: 'text' } }
    const objects = (text) =>
      Object.keys(vectors).map((name) => [
        name,
        { text, model, ...(kind === 'bge-m3' && { options: options[name] }) }
      ])
    // One by one: where a network was quantized by the values of a batch, texts change each other's vectors.
    for (const [index, text] of TEXTS.entries()) {
      const point = { id: index + 1, vector: Object.fromEntries(objects(text)) }
      await client.upsert('check', { wait: true, points: [point] })
    }
    const points = await client.retrieve('check', {
      ids: TEXTS.map((_, index) => index + 1),
      with_vector: true
    })
    return points.sort((one, other) => one.id - other.id).map(({ vector }) => vector)
  } finally {
    await client.close()
  }
}

/** A dense vector by a request, to learn its dimension from what the refusal says of it. */
async function embedded(model, cacheDir) {
  const client = await connect({ location: ':memory:', inference: { cacheDir } })
  try {
    await client.createCollection('probe', { vectors: { size: 1, distance: 'Dot' } })
    const refusal = await client
      .upsert('probe', { points: [{ id: 1, vector: { text: 'a', model } }] })
      .catch(({ message }) => message)
    const [, size] = /got (\d+)/.exec(refusal) ?? []
    if (!size) throw new SetupError(`${model}: ${refusal}`)
    return [{ length: Number(size) }]
  } finally {
    await client.close()
  }
}

/** Photographs by photographs and by words, through requests. */
async function retrieval(cacheDir, vectors) {
  const client = await connect({ location: ':memory:', inference: { cacheDir } })
  try {
    await client.createCollection('photos', { vectors: { size: vectors[0].length, distance: 'Cosine' } })
    const points = photos.map(({ group }, index) => ({
      id: index + 1,
      vector: { image: files[index], model: CLIP.image },
      payload: { group }
    }))
    await client.upsert('photos', { wait: true, points })
    const search = async (query, limit, without) => {
      const filter = without && { must_not: [{ has_id: [without] }] }
      const { points } = await client.query('photos', { query, filter, limit, with_payload: true })
      return points.map(({ payload }) => payload.group)
    }
    const found = { image: [], text: [] }
    for (const [index, { group }] of photos.entries()) {
      const groups = await search({ image: files[index], model: CLIP.image }, 5, index + 1)
      found.image.push({ group, groups })
    }
    try {
      for (const group of new Set(photos.map(({ group }) => group))) {
        const text = `a photo of ${group.replaceAll('-', ' ')}`
        found.text.push({ group, groups: await search({ text, model: CLIP.text }, 5) })
      }
    } catch (error) {
      found.text = []
      note(`Not searched by words, since the encoders do not belong together: ${error.message}`)
    }
    console.log('\n| retrieval through requests | recall@1 | right among the first 5 |\n|---|---:|---:|')
    for (const [by, results] of Object.entries(found)) {
      if (results.length === 0) continue
      const share = (hit) => (results.filter(hit).length / results.length).toFixed(3)
      const first = share(({ group, groups }) => groups[0] === group)
      const any = share(({ group, groups }) => groups.includes(group))
      console.log(`| ${results.length} photographs by ${by} | ${first} | ${any} |`)
    }
  } finally {
    await client.close()
  }
}

/** Prints how far the vectors agree. */
function compare(name, kind, what, ours, theirs) {
  const cosines = ours.map((vector, index) => cosine(vector, theirs[index]))
  const least = Math.min(...cosines)
  const mean = cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length
  const wanted = LEAST[kind] ?? LEAST.text
  const agrees = least >= wanted.least && mean >= wanted.mean
  if (!agrees) failures.push(`${what} of ${name}`)
  const cells = [name, kind, what, least.toFixed(5), mean.toFixed(5), agrees ? 'agree' : 'DIFFER']
  console.log(`| ${cells.join(' | ')} |`)
}

function cosine(a, b) {
  if (a.length !== b.length) return Number.NaN
  let [dot, one, other] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    dot += a[i] * b[i]
    one += a[i] * a[i]
    other += b[i] * b[i]
  }
  // Texts without a word that counts have no weights.
  return one + other === 0 ? 1 : dot / Math.sqrt(one * other)
}

const weights = ({ indices, values }) => new Map(indices.map((index, at) => [index, values[at]]))

/** Two lists of weights by tokens as lists of lists, of which each place stands for one token. */
function dense(ours, theirs) {
  const tokens = ours.map((weights, index) => [...new Set([...weights.keys(), ...theirs[index].keys()])])
  const fill = (list) => list.map((weights, index) => tokens[index].map((token) => weights.get(token) ?? 0))
  return [fill(ours), fill(theirs)]
}

/** The folder with the files of a model, after a download if need be. */
async function fetched(name, cacheDir = modelCacheDir()) {
  let percent = -1
  await downloadModel(name, {
    cacheDir,
    onProgress({ done, total }) {
      const now = Math.floor((10 * done) / total) * 10
      if (now > percent) note(`${name}: ${now} % of ${(total / 1e6).toFixed(1)} MB`)
      percent = Math.max(percent, now)
    }
  })
  const folder = path.join(cacheDir, `models--${name.replace('/', '--')}`)
  return path.join(folder, 'snapshots', fs.readFileSync(path.join(folder, 'refs/main'), 'utf8').trim())
}

function networkIn(folder) {
  return fs.readdirSync(folder, { recursive: true }).find((file) => file.endsWith('.onnx'))
}

function options() {
  try {
    const { values } = parseArgs({
      options: { models: { type: 'string', default: MODELS.join() }, 'cache-dir': { type: 'string' } }
    })
    return {
      names: values.models.split(','),
      cacheDir: values['cache-dir'] && path.resolve(values['cache-dir'])
    }
  } catch (error) {
    throw new SetupError(`${error.message}\n\n${USAGE}`)
  }
}

await main(async () => {
  const { names, cacheDir } = options()
  await peers.ensure()
  const { RawImages, RawTexts } = await import('./raw.mjs')
  const known = await listModels({ cacheDir })
  console.log('| model | kind | compared | least | mean | |\n|---|---|---|---:|---:|---|')
  const vectors = {}
  for (const name of names) {
    const kinds = known.filter((model) => model.name === name).map(({ kind }) => kind)
    if (kinds.length === 0) throw new SetupError(`listModels() has no ${name}`)
    const folder = await fetched(name, cacheDir)
    const file = networkIn(folder)
    const Raw = kinds.includes('image') ? RawImages : RawTexts
    const raw = await Raw.load(folder, { threads: 1, file })
    for (const kind of kinds) {
      const ours = await CHECKS[kind]({ name, raw, cacheDir })
      if (kind === 'image' || kind === 'text') vectors[name] = ours
    }
    await raw.release()
    await unloadModel()
  }
  if (vectors[CLIP.image]) await retrieval(cacheDir, vectors[CLIP.image])
  if (failures.length > 0) throw new SetupError(`Not as expected: ${failures.join('; ')}`)
})
