import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'

import { listModels, loadModel, rerank, unloadModel } from '../../index.js'
import { refusal, withFolder } from '../helpers.mjs'
import { rerankerModel as model, repository } from './helpers.mjs'
import { withHub } from './hub.mjs'

const { query, documents, scores } = JSON.parse(await readFile(join(model.path, 'reference.json')))
const best = [...scores.keys()].sort((a, b) => scores[b] - scores[a])
const TOKENIZER_FILES = ['tokenizer.json', 'config.json', 'special_tokens_map.json', 'tokenizer_config.json']

function assertAgree(ranked, count = documents.length) {
  assert.deepEqual(
    ranked.map(({ index }) => index),
    best.slice(0, count)
  )
  for (const { index, score } of ranked) {
    assert.ok(Math.abs(score - scores[index]) < 1e-4, `${documents[index]}: ${score} is not ${scores[index]}`)
  }
}

describe('rerank', () => {
  it('agrees with an independent implementation, best first, in any batch', async () => {
    for (const batchSize of [undefined, 1, 2, 100]) {
      assertAgree(await rerank(query, documents, { model, batchSize }))
    }
  })

  it('gives as many of the best as asked', async () => {
    for (const topK of [1, 3, 100]) assertAgree(await rerank(query, documents, { model, topK }), topK)
  })

  it('keeps the order of equal documents, and gives nothing for nothing', async () => {
    const same = await rerank(query, Array(5).fill('a dog'), { model })
    assert.deepEqual(
      same.map(({ index }) => index),
      [0, 1, 2, 3, 4]
    )
    assert.deepEqual(await rerank(query, [], { model }), [])
  })

  it('has models of the hub, with their weights in one file or two', () => {
    const models = {
      'BAAI/bge-reranker-base': {
        ...repository(model, TOKENIZER_FILES),
        'onnx/model.onnx': join(model.path, 'model.onnx')
      },
      'rozgo/bge-reranker-v2-m3': {
        ...repository(model, TOKENIZER_FILES),
        ...repository({ path: join(model.path, 'weights-apart') }, ['model.onnx', 'model.onnx.data'])
      }
    }
    return withHub(models, (hub) =>
      withFolder(async (cacheDir) => {
        assertAgree(await rerank(query, documents, { cacheDir }))
        assertAgree(await rerank(query, documents, { cacheDir, model: 'rozgo/bge-reranker-v2-m3' }))
        assert.equal(await unloadModel('BAAI/bge-reranker-base'), 1)
        const { requests } = hub
        await loadModel('baai/bge-reranker-base', { cacheDir })
        assertAgree(await rerank(query, documents, { cacheDir }))
        assert.equal(hub.requests, requests)
        const listed = await listModels({ kind: 'reranker', cacheDir })
        assert.deepEqual(
          listed.filter(({ cached }) => cached).map(({ name }) => name),
          Object.keys(models)
        )
        assert.equal(await unloadModel('BAAI/bge-reranker-base'), 1)
        assert.equal(await unloadModel('rozgo/bge-reranker-v2-m3'), 1)
      })
    )
  })

  it('refuses what it cannot use', async () => {
    await assert.rejects(rerank(7, documents, { model }), refusal(400, '`query` must be a string'))
    await assert.rejects(rerank(query, 'dog', { model }), refusal(400, '`documents` must be an array'))
    await assert.rejects(
      rerank(query, ['dog', 7], { model }),
      refusal(400, '`documents[1]` must be a string')
    )
    await assert.rejects(rerank(query, documents, { model, topK: 0 }), refusal(400, '`topK` must be'))
    await assert.rejects(
      rerank(query, documents, { model: 'Qdrant/resnet50-onnx' }),
      refusal(404, 'unknown reranking model `Qdrant/resnet50-onnx`; known are BAAI/bge-reranker-base')
    )
  })
})
