// What an application does with the package, whichever way it got it: throws unless all is as it should be.
const assert = require('node:assert/strict')
const { mkdtempSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { pathToFileURL } = require('node:url')

/** `embed` has the model and pictures to embed, `null` where ONNX Runtime is left out. */
exports.work = async ({ connect, QdrantClient, QdrantError, embedImages }, embed) => {
  const folder = mkdtempSync(join(tmpdir(), 'qdrant embedded ä '))
  try {
    const client = await connect({ path: folder })
    assert.ok(client instanceof QdrantClient)
    await client.createCollection('notes', { vectors: { size: 4, distance: 'Cosine' } })
    await client.upsert('notes', {
      points: [
        { id: 1, vector: [1, 0, 0, 0], payload: { kind: 'a' } },
        { id: 2n ** 63n, vector: new Float32Array([0.9, 0.1, 0, 0]), payload: { kind: 'b' } },
        { id: '6f0d1c9c-2f5b-4d0f-9a55-6f3e5a3d8b17', vector: [0, 0, 1, 0], payload: { kind: 'b' } }
      ]
    })
    const ofKind = (value) => ({ must: [{ key: 'kind', match: { value } }] })
    assert.equal((await client.count('notes', { filter: ofKind('b') })).count, 2)
    const { points } = await client.query('notes', {
      query: [1, 0, 0, 0],
      filter: ofKind('b'),
      with_payload: true
    })
    assert.deepEqual(
      points.map(({ id }) => id),
      [2n ** 63n, '6f0d1c9c-2f5b-4d0f-9a55-6f3e5a3d8b17']
    )
    await assert.rejects(
      client.getCollection('other'),
      (error) => error instanceof QdrantError && error.status === 404
    )

    const { name } = await client.createSnapshot('notes')
    await client.delete('notes', { points: [1] })
    const snapshot = pathToFileURL(join(folder, 'snapshots', 'notes', name)).href
    await client.recoverSnapshot('notes', { location: snapshot })
    await searchEveryKind(client)
    await client.close()

    const again = await connect({ path: folder })
    assert.equal((await again.count('notes')).count, 3)
    await again.close()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  if (embed === null) {
    await assert.rejects(embedImages(['any.jpg']), (error) => error.code === 'ONNX_RUNTIME_MISSING')
    return
  }
  const { model, pictures } = embed
  const [one, other, different] = await embedImages(pictures, { model: { path: model } })
  const similarity = (a, b) => a.reduce((sum, number, index) => sum + number * b[index], 0)
  assert.equal(one.length, 1280)
  assert.ok(similarity(one, other) > similarity(one, different) + 0.1)
}

/** Kinds of vectors: the processor compares the numbers of each with instructions of their own. */
const SIZE = 64
const KINDS = {
  float32: { distance: 'Cosine' },
  euclid: { distance: 'Euclid' },
  manhattan: { distance: 'Manhattan' },
  float16: { distance: 'Dot', datatype: 'float16' },
  uint8: { distance: 'Euclid', datatype: 'uint8' },
  scalar: { distance: 'Cosine', quantization_config: { scalar: { type: 'int8', always_ram: true } } },
  product: { distance: 'Euclid', quantization_config: { product: { compression: 'x4', always_ram: true } } },
  binary: { distance: 'Dot', quantization_config: { binary: { always_ram: true } } }
}

/** Finds each of some vectors by itself in an index of them, by the quantized ones alone where there are such. */
async function searchEveryKind(client) {
  const vectors = Object.fromEntries(
    Object.entries(KINDS).map(([kind, params]) => [kind, { size: SIZE, ...params }])
  )
  await client.createCollection('kinds', { vectors, optimizers_config: { indexing_threshold: 10 } })
  const points = Array.from({ length: 300 }, (_, id) => {
    const numbers = Float32Array.from({ length: SIZE }, (_, at) => Math.sin((id + 1) * (at + 3) ** 2))
    const bytes = numbers.map((number) => Math.round(127 + 127 * number))
    const vector = Object.keys(KINDS).map((kind) => [kind, kind === 'uint8' ? bytes : numbers])
    return { id, vector: Object.fromEntries(vector) }
  })
  await client.upsert('kinds', { points })
  await client.waitForIndexing('kinds')
  const { indexed_vectors_count } = await client.getCollection('kinds')
  assert.equal(indexed_vectors_count, points.length * Object.keys(KINDS).length)
  for (const using of Object.keys(KINDS)) {
    for (const { id, vector } of points.slice(0, 10)) {
      const params = { quantization: { rescore: false } }
      const found = await client.query('kinds', { query: vector[using], using, params, limit: 1 })
      assert.equal(found.points[0].id, id, `a vector of kind ${using}`)
    }
  }
}
