import assert from 'node:assert/strict'
import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import * as ort from 'onnxruntime-node'

import { connect, embedTexts } from '../../index.js'
import { cosine } from '../embedding/helpers.mjs'
import { refusal, withFolder } from '../helpers.mjs'
import { models, textModel, tokenize, unit, withModels } from './helpers.mjs'

const TEXTS = {
  1: 'a dog runs on the beach .',
  2: 'the cat sleeps in the kitchen',
  3: 'waves on the shore of the sea',
  4: 'bread and cheese for dinner',
  5: 'the compiler is in a loop'
}
const ids = (points) => points.map(({ id }) => id)
const words = (text) => ({ text, model: 'words' })

/** What the network gives each token of a text, by another program than ours. */
async function tokenVectors(text) {
  const session = await ort.InferenceSession.create(join(textModel.path, 'model.onnx'))
  const tokens = await tokenize(text)
  const shape = [1, tokens.length]
  const feeds = {
    input_ids: new ort.Tensor('int64', BigInt64Array.from(tokens, BigInt), shape),
    attention_mask: new ort.Tensor('int64', new BigInt64Array(tokens.length).fill(1n), shape),
    token_type_ids: new ort.Tensor('int64', new BigInt64Array(tokens.length), shape)
  }
  const given = Object.fromEntries(session.inputNames.map((name) => [name, feeds[name]]))
  const output = (await session.run(given))[session.outputNames[0]]
  const [, count, dimension] = output.dims
  return Array.from({ length: count }, (_, i) =>
    Array.from(output.data.slice(i * dimension, (i + 1) * dimension))
  )
}

const meanOf = (rows) => rows[0].map((_, i) => rows.reduce((sum, row) => sum + row[i], 0) / rows.length)

async function stored(client, id) {
  const [{ vector }] = await client.retrieve('c', { ids: [id], with_vector: true })
  return vector
}

/** Calls `use` with a client and a collection of the texts above, with a vector of each kind. */
function withTexts(use, options) {
  return withModels(async (client) => {
    await client.createCollection('c', {
      vectors: {
        dense: { size: 32, distance: 'Cosine' },
        tokens: { size: 32, distance: 'Cosine', multivector_config: { comparator: 'max_sim' } }
      },
      sparse_vectors: { weights: {}, bm25: { modifier: 'idf' } }
    })
    const points = Object.entries(TEXTS).map(([id, text]) => ({
      id: Number(id),
      vector: {
        dense: words(text),
        tokens: { text, model: 'tokens' },
        weights: { text, model: 'weights' },
        bm25: { text, model: 'qdrant/bm25' }
      },
      payload: { odd: id % 2 === 1 }
    }))
    await client.upsert('c', { points })
    return use(client)
  }, options)
}

describe('texts in requests', () => {
  it('get the vectors that another program makes with the same network', () =>
    withTexts(async (client) => {
      for (const [id, text] of Object.entries(TEXTS)) {
        const rows = await tokenVectors(text)
        const vector = await stored(client, Number(id))
        assert.ok(cosine(vector.dense, meanOf(rows)) > 0.9999, text)
        assert.equal(vector.tokens.length, rows.length)
        vector.tokens.forEach((row, index) => {
          assert.ok(cosine(row, rows[index]) > 0.9999, `${text}: token ${index}`)
        })
        const weights = rows[0].map((_, i) => Math.log(1 + Math.max(0, ...rows.map((row) => row[i]))))
        const expected = [...weights.entries()].filter(([, weight]) => weight > 0)
        assert.deepEqual(
          vector.weights.indices,
          expected.map(([index]) => index)
        )
        vector.weights.values.forEach((value, index) => {
          assert.ok(Math.abs(value - expected[index][1]) < 1e-4, `${text}: weight ${index}`)
        })
      }
    }))

  it('find what the vectors of embedTexts find, with the same scores', () =>
    withTexts(async (client) => {
      const [puppy, soup] = await embedTexts(['my puppy', 'soup for lunch'], { model: textModel })
      const request = (positive, negative) => [
        { query: positive },
        { query: { nearest: positive, mmr: { diversity: 0.3 } } },
        { query: { recommend: { positive: [positive], negative: [negative] } } },
        { query: { discover: { target: positive, context: { positive, negative } } } },
        { query: { context: [{ positive, negative }] } },
        { prefetch: [{ query: positive, using: 'dense', limit: 3 }], query: negative }
      ]
      const given = request(puppy, soup)
      const objects = request(words('my puppy'), words('soup for lunch'))
      for (const [index, object] of objects.entries()) {
        const found = await client.query('c', { ...object, using: 'dense' })
        const expected = await client.query('c', { ...given[index], using: 'dense' })
        assert.ok(found.points.length > 0)
        assert.deepEqual(found, expected, JSON.stringify(object.query))
      }
      const searches = (requests) => requests.map((one) => ({ ...one, using: 'dense' }))
      assert.deepEqual(
        await client.queryBatch('c', { searches: searches(objects) }),
        await client.queryBatch('c', { searches: searches(given) })
      )
      const groups = (query) =>
        client.queryGroups('c', { query, using: 'dense', group_by: 'odd', group_size: 2 })
      assert.deepEqual(await groups(objects[0].query), await groups(puppy))
    }))

  it('are found by their meaning with each kind of vector, and by both in one query', () =>
    withTexts(async (client) => {
      const best = async (model, using) => {
        const query = { text: 'ocean and water', model }
        return ids((await client.query('c', { query, using, limit: 1 })).points)
      }
      assert.deepEqual(await best('words', 'dense'), [3])
      assert.deepEqual(await best('tokens', 'tokens'), [3])
      assert.deepEqual(await best('weights', 'weights'), [3])
      const prefetch = [
        { query: words('ocean'), using: 'dense', limit: 2 },
        { query: { text: 'bread', model: 'qdrant/bm25' }, using: 'bm25', limit: 2 }
      ]
      const { points } = await client.query('c', { prefetch, query: { fusion: 'rrf' } })
      assert.deepEqual(new Set(ids(points).slice(0, 2)), new Set([3, 4]))
    }))

  it('are taken by every write', () =>
    withTexts(async (client) => {
      const expected = (await stored(client, 1)).dense
      const vector = { dense: words(TEXTS[1]) }
      await client.upsert('c', { batch: { ids: [6], vectors: { dense: [vector.dense] } } })
      await client.updateVectors('c', { points: [{ id: 2, vector }] })
      await client.batchUpdate('c', {
        operations: [
          { upsert: { points: [{ id: 7, vector }] } },
          { update_vectors: { points: [{ id: 3, vector }] } }
        ]
      })
      for (const id of [6, 2, 7, 3])
        assert.ok(cosine((await stored(client, id)).dense, expected) > 0.99999, `point ${id}`)
    }))

  it('may be the default vector, in lists of any length', () =>
    withModels(async (client) => {
      await client.createCollection('c', { vectors: { size: 32, distance: 'Cosine' } })
      const texts = Array.from({ length: 200 }, (_, id) => `${TEXTS[(id % 5) + 1]} ${'sea '.repeat(id % 7)}`)
      await client.upsert('c', { points: texts.map((text, id) => ({ id, vector: words(text) })) })
      const vectors = await embedTexts(texts, { model: textModel })
      for (const id of [0, 57, 111, 199]) {
        assert.ok(cosine(await stored(client, id), vectors[id]) > 0.99999)
      }
    }))

  it('get any of the three kinds of vectors from BGE-M3', () =>
    withFolder(async (path) => {
      await cp(textModel.path, path, { recursive: true })
      await cp(join(textModel.path, 'bge-m3'), path, { recursive: true, force: true })
      await withModels(
        async (client) => {
          await client.createCollection('c', {
            vectors: {
              dense: { size: 32, distance: 'Dot' },
              tokens: { size: 32, distance: 'Dot', multivector_config: { comparator: 'max_sim' } }
            },
            sparse_vectors: { words: {} }
          })
          const of = (text, kind) => ({ text, model: 'm3', options: kind ? { kind } : undefined })
          const text = 'waves , waves on the shore'
          const vector = { dense: of(text), words: of(text, 'sparse'), tokens: of(text, 'multivector') }
          // Another text of another length beside it.
          const other = { dense: of('sea', 'text'), tokens: of('sea', 'multivector') }
          const points = [
            { id: 1, vector },
            { id: 2, vector: other }
          ]
          await client.upsert('c', { points })
          const made = await stored(client, 1)
          const rows = await tokenVectors(text)
          const near = (one, other) => Math.abs(one - other) < 1e-4
          assert.ok(made.dense.every((number, i) => near(number, rows[0][i])))
          assert.equal(made.tokens.length, rows.length - 1)
          assert.ok(made.tokens.every((row, t) => row.every((number, i) => near(number, rows[t + 1][i]))))
          const expected = new Map()
          const tokens = await tokenize(text)
          tokens.forEach((token, t) => {
            const weight = rows[t].reduce((sum, number) => sum + number)
            // The first four are no words to BGE-M3.
            if (token > 3 && weight > 0) expected.set(token, Math.max(weight, expected.get(token) ?? 0))
          })
          assert.ok(expected.size > 0)
          assert.deepEqual(
            made.words.indices,
            [...expected.keys()].sort((one, other) => one - other)
          )
          made.words.indices.forEach((token, i) => {
            assert.ok(near(made.words.values[i], expected.get(token)))
          })
          assert.equal((await stored(client, 2)).tokens.length, 2)
        },
        { models: { m3: { path, kind: 'bge-m3' } } }
      )
    }))

  it('keep the length that the network gives them if the settings say so', () =>
    withModels(
      async (client) => {
        await client.createCollection('c', {
          vectors: {
            cls: { size: 32, distance: 'Dot' },
            mean: { size: 32, distance: 'Dot' },
            rows: { size: 32, distance: 'Dot', multivector_config: { comparator: 'max_sim' } }
          }
        })
        const text = TEXTS[3]
        const vector = {
          cls: { text, model: 'cls' },
          mean: { text, model: 'mean' },
          rows: { text, model: 'rows' }
        }
        await client.upsert('c', { points: [{ id: 1, vector }] })
        const rows = await tokenVectors(text)
        const near = (one, other) => assert.ok(one.every((number, i) => Math.abs(number - other[i]) < 1e-4))
        const made = await stored(client, 1)
        near(made.cls, rows[0])
        near(made.mean, meanOf(rows))
        for (const [i, row] of made.rows.entries()) near(row, rows[i])
        assert.ok(Math.abs(Math.hypot(...made.mean) - 1) > 0.01, 'the test would not see a difference')
      },
      {
        models: {
          cls: { ...models.words, pooling: 'cls', normalize: false },
          mean: { ...models.words, normalize: false },
          rows: { ...models.tokens, normalize: false }
        }
      }
    ))

  it('begin with what the settings put before queries and before documents', () =>
    withModels(
      async (client) => {
        await client.createCollection('c', { vectors: { size: 32, distance: 'Cosine' } })
        const object = { text: 'sea', model: 'e5' }
        await client.upsert('c', { points: [{ id: 1, vector: object }] })
        const [query, document] = await embedTexts(['my dog sea', 'the cat sea'], { model: textModel })
        assert.ok(cosine(await stored(client, 1), document) > 0.99999)
        const { points } = await client.query('c', { query: object })
        assert.ok(Math.abs(points[0].score - cosine(query, document)) < 1e-5)
      },
      { models: { e5: { ...models.words, queryPrefix: 'my dog ', documentPrefix: 'the cat ' } } }
    ))

  it('are cut where the settings say', () =>
    withModels(
      async (client) => {
        await client.createCollection('c', { vectors: { size: 32, distance: 'Cosine' } })
        const points = [
          { id: 1, vector: { text: 'sea dog cat', model: 'short' } },
          { id: 2, vector: { text: 'sea', model: 'words' } }
        ]
        await client.upsert('c', { points })
        assert.ok(cosine(await stored(client, 1), await stored(client, 2)) > 0.99999)
      },
      // The first and the last are no words.
      { models: { short: { ...models.words, maxTokens: 3 } } }
    ))

  it('of queries are looked up where a sparse model needs no network for them', () =>
    withFolder(async (path) => {
      await cp(textModel.path, path, { recursive: true })
      await writeFile(join(path, 'idf.json'), JSON.stringify({ sea: 2.5, dog: 1.5, '[CLS]': 9, nothing: 1 }))
      const free = { path, kind: 'sparse', sparse: 'inference-free' }
      await withModels(
        async (client) => {
          await client.createCollection('c', { sparse_vectors: { s: {} } })
          const text = 'dog , dog sea sea boat'
          await client.upsert('c', { points: [{ id: 1, vector: { s: { text, model: 'free' } } }] })
          const rows = await tokenVectors(text)
          const peaks = rows[0].map((_, i) => Math.max(0, ...rows.map((row) => row[i])))
          const special = [0, 1, 2, 3, 4]
          const made = (await stored(client, 1)).s
          const expected = peaks.map((peak) => Math.log(1 + Math.log(1 + peak)))
          const indices = [...expected.keys()].filter((i) => expected[i] > 0 && !special.includes(i))
          assert.deepEqual(made.indices, indices)
          for (const [i, value] of made.values.entries()) {
            assert.ok(Math.abs(value - expected[indices[i]]) < 1e-4)
          }
          const weight = (index) => made.values[made.indices.indexOf(index)] ?? 0
          const { points } = await client.query('c', { query: { text, model: 'free' }, using: 's' })
          const score = 1.5 * weight(5) + 2.5 * weight(19)
          assert.ok(Math.abs(points[0].score - score) < 1e-4, `${points[0].score}, expected ${score}`)
        },
        { models: { free } }
      )
    }))

  it('use the models of their own client, also where clients share a folder', () =>
    withFolder(async (path) => {
      const open = (pooling) =>
        connect({ path, inference: { localFilesOnly: true, models: { m: { ...models.words, pooling } } } })
      const [mean, cls] = await Promise.all([open('mean'), open('cls')])
      await mean.createCollection('c', { vectors: { size: 32, distance: 'Dot' } })
      const object = { text: TEXTS[3], model: 'm' }
      await mean.upsert('c', { points: [{ id: 1, vector: object }] })
      await cls.upsert('c', { points: [{ id: 2, vector: object }] })
      const rows = await tokenVectors(TEXTS[3])
      assert.ok(cosine(await stored(cls, 1), unit(meanOf(rows))) > 0.9999)
      assert.ok(cosine(await stored(mean, 2), unit(rows[0])) > 0.9999)
      await Promise.all([mean.close(), cls.close()])
    }))

  it('are refused with what is wrong, and nothing is written', () =>
    withTexts(
      async (client) => {
        const dense = (object) => client.upsert('c', { points: [{ id: 9, vector: { dense: object } }] })
        const text = 'dog'
        const cases = [
          [{ text, model: 'tokens' }, 'dense', ', made by model `tokens`'],
          [
            { text, model: 'wrods' },
            'dense',
            'unknown model `wrods`; the known ones with the most similar names are `words`'
          ],
          [{ text, model: 'photos' }, 'dense', 'model `photos` embeds images, not texts'],
          [{ text, model: 'Qdrant/clip-ViT-B-32-vision' }, 'dense', 'embeds images, not texts'],
          [{ image: 'cat.jpg', model: 'words' }, 'dense', 'model `words` embeds texts, not images'],
          [
            { object: { a: 1 }, model: 'words' },
            'dense',
            'model `words`: expected a `text`, got an `object`, which no model on this machine takes'
          ],
          [
            { object: 'cat.jpg', model: 'photos' },
            'dense',
            'model `photos`: expected an `image`, got an `object`'
          ],
          [
            { object: [1], model: 'clip' },
            'dense',
            'model `clip`: expected a `text` or an `image`, got an `object`'
          ],
          [{ object: 1, model: 'wrods' }, 'dense', 'unknown model `wrods`'],
          [
            { text, model: 'words', options: { kind: 'sparse' } },
            'dense',
            "model `words` is of the kind 'text', not 'sparse'"
          ],
          [{ text, model: 'words', options: { kind: 7 } }, 'dense', 'the option `kind` must be'],
          [{ text, model: 'words', options: { speed: 7 } }, 'dense', 'model `words` has no option `speed`'],
          [{ text, model: 'gone' }, 'dense', 'no/such/folder` does not exist'],
          [{ text, model: 'long' }, 'dense', 'makes vectors of 32 dimensions, not of 64 as its settings say']
        ]
        for (const [object, using, reason] of cases) {
          await assert.rejects(dense(object), refusal(400, reason))
          await assert.rejects(client.query('c', { query: object, using }), refusal(400, reason))
        }
        const { count } = await client.count('c')
        assert.equal(count, 5)
      },
      {
        models: {
          gone: { path: 'no/such/folder', kind: 'text' },
          long: { ...models.words, dimension: 64 }
        }
      }
    ))

  it('of a wrong dimension are told what was expected, what came and from which model', () =>
    withModels(async (client) => {
      await client.createCollection('c', { vectors: { short: { size: 8, distance: 'Dot' } } })
      const expected = refusal(
        400,
        "Wrong input: Vector dimension error: expected dim: 8, got 32 for vector 'short', made by model `words`"
      )
      const upsert = client.upsert('c', { points: [{ id: 1, vector: { short: words('dog') } }] })
      await assert.rejects(upsert, expected)
      await assert.rejects(client.query('c', { query: words('dog'), using: 'short' }), expected)
    }))

  it('are refused if their model is not here and may not be downloaded', () =>
    withFolder((cacheDir) =>
      withModels(
        async (client) => {
          await client.createCollection('c', { vectors: { size: 384, distance: 'Dot' } })
          for (const model of [
            'mine',
            'sentence-transformers/all-MiniLM-L6-v2',
            'qdrant/all-minilm-l6-v2-onnx'
          ]) {
            const query = client.query('c', { query: { text: 'dog', model } })
            await assert.rejects(query, refusal(400, 'model `Qdrant/all-MiniLM-L6-v2-onnx` is not in'))
          }
        },
        { cacheDir, models: { mine: { model: 'sentence-transformers/all-MiniLM-L6-v2' } } }
      )
    ))
})

describe('settings of models', () => {
  it('are refused by their names', async () => {
    const bad = [
      [
        { models: { m: { path: 'x' } } },
        /`inference\.models\['m'\]` is the folder x and needs a `kind`: 'text', /
      ],
      [{ models: { m: { kind: 'text' } } }, /`inference\.models\['m'\]` needs either a `path` or a `model`/],
      [{ models: { m: { path: 'x', model: 'y', kind: 'text' } } }, /needs either a `path` or a `model`/],
      [{ models: { m: { path: 'x', kind: 'audio' } } }, /`inference\.models\['m'\]\.kind` must be 'text' or/],
      [
        { models: { m: { path: 'x', kind: 'text', pooling: 'max' } } },
        /\.pooling` must be 'mean' or 'cls', not 'max'/
      ],
      [
        { models: { m: { model: 'clip', pooling: 'cls' } } },
        /is a model of the hub, whose settings are known/
      ],
      [{ models: { m: { path: 'x', kind: 'image', normalize: false } } }, /normalize` cannot be false/],
      [
        { models: { m: { path: 'x', kind: 'text', dimension: 0 } } },
        /\.dimension` must be a whole number, at least 1, not 0/
      ],
      [
        { executionProviders: ['gpu'] },
        /`inference\.executionProviders\[0\]` must be 'coreml' or 'cpu' or 'cuda' or 'dml', not 'gpu'/
      ],
      [{ threads: 1.5 }, /`inference\.threads` must be a whole number, at least 1, not 1\.5/]
    ]
    for (const [inference, message] of bad) {
      await assert.rejects(async () => connect({ location: ':memory:', inference }), { message })
    }
  })
})
