import assert from 'node:assert/strict'
import { once } from 'node:events'
import { afterEach, describe, it } from 'node:test'

import { connect, embedImages, embedTexts, indexFolder, loadModel, rerank, unloadModel } from '../../index.js'
import { withFolder } from '../helpers.mjs'
import { imageModel, photo, rerankerModel, textModel } from './helpers.mjs'

const CODE = 'EXECUTION_PROVIDER_UNAVAILABLE'

// The libraries that the tests run with have no CUDA, wherever they run.
const executionProviders = ['cuda', 'cpu']

/** The next warning of this kind that the process gives while `work` goes on, and the result of that. */
async function warned(work) {
  const warning = once(process, 'warning').then(([warning]) => warning)
  const result = await work()
  return { result, warning: await warning }
}

describe('an execution provider that the library lacks', () => {
  afterEach(() => unloadModel())

  it('leaves the model to the CPU, which loadModel tells, with the reason', async () => {
    const { result, warning } = await warned(() => loadModel(textModel, { executionProviders }))
    const [{ name, kind, executionProviders: used, unavailable }] = result
    assert.deepEqual([result.length, name, kind, used], [1, textModel.path, 'text', ['cpu']])
    assert.deepEqual(
      unavailable.map(({ executionProvider }) => executionProvider),
      ['cuda']
    )
    assert.match(unavailable[0].reason, /^\S.*\S$/)
    assert.equal(warning.code, CODE)
    assert.ok(warning.message.includes(textModel.path) && warning.message.includes("'cuda'"), warning.message)
    assert.ok(warning.message.includes(unavailable[0].reason), warning.message)
    const again = await loadModel(textModel, { executionProviders })
    assert.deepEqual(again, result, 'also of a model that is loaded already')
  })

  it('changes no vector and no score', async () => {
    const images = [photo('cat/original.jpg')]
    const texts = ['a dog on the beach', 'bread']
    const [query] = texts
    const embed = async (options) => [
      await embedImages(images, { model: imageModel, ...options }),
      await embedTexts(texts, { model: textModel, ...options }),
      await rerank(query, texts, { model: rerankerModel, ...options })
    ]
    const { result } = await warned(() => embed({ executionProviders }))
    assert.deepEqual(result, await embed({}))
  })

  it('is told of requests and of folders, too', () =>
    withFolder(async (path) => {
      const models = { words: { ...textModel, kind: 'text' } }
      const client = await connect({ path, inference: { models, executionProviders } })
      await client.createCollection('notes', { vectors: { size: 32, distance: 'Cosine' } })
      const points = [{ id: 1, vector: { text: 'bread', model: 'words' } }]
      const upserted = await warned(() => client.upsert('notes', { points }))
      assert.equal(upserted.warning.code, CODE)

      const images = { model: imageModel }
      const indexed = await warned(() =>
        indexFolder(client, photo('cat'), { images, texts: false, executionProviders })
      )
      assert.ok(indexed.result.images.indexed > 0)
      assert.equal(indexed.warning.code, CODE)
      await client.close()
    }))
})

describe('the CPU', () => {
  it('is what runs a model unless something else is asked for, and ends the list', async () => {
    const loaded = await Promise.all(
      [undefined, [], ['cpu'], ['cpu', 'cuda']].map((executionProviders) =>
        loadModel(textModel, { executionProviders })
      )
    )
    for (const [{ executionProviders, unavailable }] of loaded) {
      assert.deepEqual([executionProviders, unavailable], [['cpu'], []])
    }
    assert.equal(await unloadModel(textModel), 1, 'they are one')
  })
})
