import assert from 'node:assert/strict'
import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'

import { downloadModel, embedTexts, listModels, loadModel, unloadModel } from '../../index.js'
import { refusal, withFolder } from '../helpers.mjs'
import { imageModel, repository, textModel } from './helpers.mjs'
import { withHub } from './hub.mjs'

const TOKENIZER_FILES = ['tokenizer.json', 'config.json', 'special_tokens_map.json', 'tokenizer_config.json']
const models = {
  'Qdrant/clip-ViT-B-32-vision': repository(imageModel, ['preprocessor_config.json', 'model.onnx']),
  'Qdrant/clip-ViT-B-32-text': repository(textModel, [...TOKENIZER_FILES, 'model.onnx']),
  'nomic-ai/nomic-embed-text-v1.5': {
    ...repository(textModel, TOKENIZER_FILES),
    'onnx/model_quantized.onnx': join(textModel.path, 'model.onnx')
  }
}
const KINDS = ['image', 'text', 'sparse', 'bge-m3', 'reranker']
const QUANTIZED = 'nomic-ai/nomic-embed-text-v1.5/onnx/model_quantized.onnx'

const withEmptyCache = (use) =>
  withHub(models, (hub) =>
    withFolder(async (cacheDir) => {
      try {
        return await use(hub, cacheDir)
      } finally {
        await unloadModel()
      }
    })
  )

describe('listModels', () => {
  it('tells of every model what it is, without a network', () =>
    withEmptyCache(async (hub, cacheDir) => {
      const all = await listModels({ cacheDir })
      assert.deepEqual([...new Set(all.map(({ kind }) => kind))], KINDS)
      for (const { name, kind, dimension, description, license, languages, size, cached } of all) {
        assert.match(name, /^[\w.-]+\/[\w.-]+/)
        if (kind === 'image' || kind === 'text') assert.ok(Number.isInteger(dimension), name)
        assert.ok(description.length > 0)
        assert.match(license, /^[a-z0-9.-]+$/, name)
        assert.ok(kind === 'image' ? languages === undefined : languages.length > 0, name)
        assert.ok(size > 1e7, name)
        assert.equal(cached, false)
      }
      const clip = all.find(({ name }) => name === 'Qdrant/clip-ViT-B-32-text')
      assert.deepEqual([clip.dimension, clip.license, clip.languages], [512, 'mit', ['en']])
      assert.ok(Math.abs(clip.size / 254e6 - 1) < 0.1, 'about its size')
      assert.equal(hub.requests, 0)
    }))

  it('tells what is here, and only that which is whole', () =>
    withEmptyCache(async (_hub, cacheDir) => {
      await downloadModel('clip', { cacheDir })
      const cached = (await listModels({ cacheDir })).filter((model) => model.cached)
      assert.deepEqual(
        cached.map(({ name }) => name),
        Object.keys(models).slice(0, 2)
      )
      for (const { size } of cached) assert.ok(size > 1000 && size < 1e7, 'that of the files here')
    }))

  it('gives those of one kind', async () => {
    for (const kind of KINDS) {
      const listed = await listModels({ kind })
      assert.ok(listed.length > 0 && listed.every((model) => model.kind === kind))
    }
    await assert.rejects(listModels({ kind: 'audio' }), refusal(400, "`kind` must be one of 'image', 'text'"))
  })
})

describe('downloadModel', () => {
  it('has one progress for all that it downloads', () =>
    withEmptyCache(async (hub, cacheDir) => {
      hub.bytesPerSecond = 8e6
      const heard = []
      await downloadModel('clip', { cacheDir, onProgress: (progress) => heard.push(progress) })
      assert.equal(new Set(heard.map(({ total }) => total)).size, 1)
      assert.ok(heard.every(({ done }, index) => index === 0 || done >= heard[index - 1].done))
      assert.equal(heard.at(-1).done, heard.at(-1).total)
      await embedTexts(['a dog'], { cacheDir, localFilesOnly: true })
    }))

  it('knows the variants of a repository, and other names of models', () =>
    withEmptyCache(async (hub, cacheDir) => {
      await downloadModel(QUANTIZED, { cacheDir })
      assert.ok(hub.served.some(({ file }) => file === 'onnx/model_quantized.onnx'))
      await embedTexts(['a dog'], { cacheDir, model: QUANTIZED, localFilesOnly: true })
      assert.equal(await unloadModel(QUANTIZED), 1)
      const other = downloadModel('sentence-transformers/all-MiniLM-L6-v2', { cacheDir })
      await assert.rejects(other, refusal(503, 'of model `Qdrant/all-MiniLM-L6-v2-onnx`'))
    }))

  it('refuses what it does not know', async () => {
    await assert.rejects(downloadModel('no/such-model'), refusal(404, 'unknown model `no/such-model`'))
    await assert.rejects(downloadModel(7), refusal(400, '`name` must be a string'))
    await assert.rejects(downloadModel('clip', { cacheDir: 7 }), refusal(400, '`cacheDir` must be a string'))
  })
})

describe('loadModel', () => {
  it('loads each model that a name stands for, once', () =>
    withEmptyCache(async (hub, cacheDir) => {
      await Promise.all([loadModel('clip', { cacheDir }), loadModel('clip', { cacheDir })])
      const { requests } = hub
      await embedTexts(['a dog'], { cacheDir })
      assert.equal(hub.requests, requests)
      assert.equal(await unloadModel('clip'), 2)
    }))

  it('loads a model folder', async () => {
    await loadModel(textModel)
    assert.equal(await unloadModel(textModel), 1)
    await loadModel(imageModel)
    assert.equal(await unloadModel(imageModel), 1)
  })

  it('says what is missing', () =>
    withFolder(async (path) => {
      await mkdir(join(path, 'model'))
      await copyFile(join(textModel.path, 'config.json'), join(path, 'model', 'config.json'))
      await assert.rejects(loadModel({ path: join(path, 'model') }), refusal(404, 'lacks tokenizer.json'))
    }))
})

describe('unloadAfter', () => {
  it('frees a model that nobody uses', async () => {
    await embedTexts(['a dog'], { model: textModel, unloadAfter: 0 })
    // It takes a moment; were it not freed, this would not end.
    while ((await unloadModel(textModel)) !== 0)
      await embedTexts(['a dog'], { model: textModel, unloadAfter: 0 })
    assert.equal((await embedTexts(['a dog'], { model: textModel })).length, 1)
  })

  it('keeps it otherwise', async () => {
    for (const unloadAfter of [undefined, 60, Infinity]) {
      await embedTexts(['a dog'], { model: textModel, unloadAfter })
      assert.equal(await unloadModel(textModel), 1)
    }
    for (const unloadAfter of [-1, NaN, 'never']) {
      await assert.rejects(
        embedTexts(['a dog'], { model: textModel, unloadAfter }),
        refusal(400, '`unloadAfter` must be')
      )
    }
  })
})
