import assert from 'node:assert/strict'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'

import { embedTexts, unloadModel } from '../../index.js'
import { refusal, withFolder } from '../helpers.mjs'
import { cosine, textModel } from './helpers.mjs'

/** Texts with the vectors that they must get; one is empty, and one longer than the model takes. */
const reference = JSON.parse(await readFile(join(textModel.path, 'reference.json')))
const texts = reference.map(({ text }) => text)

function assertAgree(vectors, pooling) {
  assert.equal(vectors.length, reference.length)
  for (const [index, entry] of reference.entries()) {
    const similarity = cosine(vectors[index], entry[pooling])
    assert.ok(similarity > 0.9999, `${JSON.stringify(entry.text)}: ${similarity}`)
  }
}

/** Calls `use` with a copy of the text model, to be changed. */
function withCopy(use) {
  return withFolder(async (path) => {
    await cp(textModel.path, path, { recursive: true })
    try {
      return await use(path)
    } finally {
      await unloadModel({ path })
    }
  })
}

describe('embedTexts', () => {
  it('agrees with an independent implementation', async () => {
    const vectors = await embedTexts(texts, { model: textModel })
    assertAgree(vectors, 'mean')
    for (const vector of vectors) {
      assert.ok(vector instanceof Float32Array)
      assert.equal(vector.buffer.byteLength, 32 * 4)
    }
    assert.ok(cosine(vectors[0], vectors[1]) > cosine(vectors[0], vectors[2]))
  })

  it('gives a text the same vector in any batch', async () => {
    for (const batchSize of [1, 2, 100]) {
      assertAgree(await embedTexts(texts, { model: textModel, batchSize }), 'mean')
    }
  })

  it('pools as asked', async () => {
    assertAgree(await embedTexts(texts, { model: { ...textModel, pooling: 'cls' } }), 'cls')
    assertAgree(await embedTexts(texts, { model: { ...textModel, pooling: 'mean' } }), 'mean')
  })

  it('pools as the model declares, unless asked otherwise', () =>
    withCopy(async (path) => {
      const declare = (config) => writeFile(join(path, '1_Pooling', 'config.json'), JSON.stringify(config))
      await mkdir(join(path, '1_Pooling'))
      await declare({ pooling_mode_cls_token: true, pooling_mode_mean_tokens: false })
      assertAgree(await embedTexts(texts, { model: { path } }), 'cls')
      assertAgree(await embedTexts(texts, { model: { path, pooling: 'mean' } }), 'mean')
      await unloadModel({ path })
      await declare({ pooling_mode_max_tokens: true })
      await assert.rejects(
        embedTexts(texts, { model: { path } }),
        refusal(400, '1_Pooling/config.json asks neither')
      )
    }))

  it('takes weights from a file of their own', () =>
    withCopy(async (path) => {
      await cp(join(path, 'weights-apart'), path, { recursive: true, force: true })
      assertAgree(await embedTexts(texts, { model: { path } }), 'mean')
    }))

  it('tells how far it is', async () => {
    const heard = []
    const onProgress = (progress) => heard.push(progress)
    await embedTexts(['dog', 'cat', 'sea'], { model: textModel, batchSize: 2, onProgress })
    assert.deepEqual(heard, [
      { phase: 'embed', done: 2, total: 3, unit: 'inputs' },
      { phase: 'embed', done: 3, total: 3, unit: 'inputs' }
    ])
  })

  it('resolves to nothing for nothing', async () => {
    assert.deepEqual(await embedTexts([], { model: textModel }), [])
  })

  it('refuses what is not a list of strings', async () => {
    await assert.rejects(embedTexts('dog'), refusal(400, '`texts` must be an array'))
    await assert.rejects(embedTexts(['dog', 7]), refusal(400, '`texts[1]` must be a string'))
  })

  it('names what a model folder lacks or has wrong', () =>
    withCopy(async (path) => {
      await writeFile(join(path, 'tokenizer_config.json'), '{}')
      await assert.rejects(embedTexts(['dog'], { model: { path } }), refusal(400, 'model_max_length'))
      await writeFile(join(path, 'tokenizer.json'), 'no tokenizer')
      await assert.rejects(embedTexts(['dog'], { model: { path } }), refusal(400, 'tokenizer.json'))
      const empty = join(path, 'empty')
      await mkdir(empty)
      const lacking =
        'lacks tokenizer.json, config.json, special_tokens_map.json, tokenizer_config.json, model.onnx'
      await assert.rejects(embedTexts(['dog'], { model: { path: empty } }), refusal(404, lacking))
    }))

  const folder = process.env.QDRANT_EMBEDDED_TEXT_MODEL
  const skip =
    !folder && 'set QDRANT_EMBEDDED_TEXT_MODEL to a folder with a text model and its reference.json'
  it('agrees with the reference of a full-size model', { skip }, async () => {
    const expected = JSON.parse(await readFile(join(folder, 'reference.json')))
    const vectors = await embedTexts(
      expected.map(({ text }) => text),
      { model: { path: folder } }
    )
    for (const [index, { text, embedding }] of expected.entries()) {
      const similarity = cosine(vectors[index], embedding)
      assert.ok(similarity > 0.9999, `${text}: ${similarity}`)
    }
  })
})
