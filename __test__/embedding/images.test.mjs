import assert from 'node:assert/strict'
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { Worker } from 'node:worker_threads'

import { embedImages, unloadModel } from '../../index.js'
import { refusal, withFolder } from '../helpers.mjs'
import { cosine, data, embedElsewhere, imageModel, noInputModel, photo, textModel } from './helpers.mjs'
import { encodePng } from './png.mjs'

const model = imageModel
const cat = photo('cat/original.jpg')
const coffee = photo('coffee/original.jpg')

/** A picture without symmetry. */
function picture(width, height, pixel) {
  const pixels = Buffer.alloc(width * height * pixel(0, 0).length)
  const channels = pixels.length / (width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) pixels.set(pixel(x, y), (y * width + x) * channels)
  }
  return { width, height, pixels }
}
const gradient = (x, y) => [x, 255 - y, x > 100 && y > 60 ? 255 : 0]

describe('embedImages', () => {
  it('agrees with an independent implementation', async () => {
    const manifest = JSON.parse(await readFile(join(data, 'manifest.json')))
    const bytes = await readFile(join(data, 'reference-efficientnet-lite0.f32'))
    const vectors = await embedImages(
      manifest.map(({ file }) => photo(file)),
      { model }
    )
    const cosines = vectors.map((vector, index) => {
      const reference = Float32Array.from({ length: 1280 }, (_, i) =>
        bytes.readFloatLE((index * 1280 + i) * 4)
      )
      return cosine(vector, reference)
    })
    assert.equal(cosines.length, 174)
    assert.ok(Math.min(...cosines) >= 0.99, `worst ${Math.min(...cosines)}`)
    const mean = cosines.reduce((sum, value) => sum + value) / cosines.length
    assert.ok(mean >= 0.999, `mean ${mean}`)
  })

  it('gives unit vectors that own their memory, in the order of the images', async () => {
    const vectors = await embedImages([cat, coffee, cat], { model, batchSize: 2 })
    assert.equal(vectors.length, 3)
    for (const vector of vectors) {
      assert.ok(vector instanceof Float32Array)
      assert.equal(vector.length, 1280)
      assert.equal(vector.buffer.byteLength, 1280 * 4)
      assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-5)
    }
    assert.ok(cosine(vectors[0], vectors[2]) > 0.99999)
    assert.ok(cosine(vectors[0], vectors[1]) < 0.9)
  })

  it('takes paths, Buffers and Uint8Arrays alike, and copies bytes before it returns', async () => {
    const buffer = await readFile(cat)
    const padded = new Uint8Array(buffer.length + 20)
    padded.set(buffer, 10)
    const view = padded.subarray(10, 10 + buffer.length)
    const promise = embedImages([cat, buffer, view], { model })
    padded.fill(0)
    const [byPath, byBuffer, byView] = await promise
    assert.deepEqual(byBuffer, byPath)
    assert.deepEqual(byView, byPath)
  })

  it('honours EXIF orientation', async () => {
    // As a camera stores a picture that was taken with the camera on its side.
    const upright = picture(160, 240, gradient)
    const lying = picture(240, 160, (x, y) => gradient(y, 239 - x))
    const images = [encodePng(upright), encodePng({ ...lying, orientation: 8 }), encodePng(lying)]
    const images6 = encodePng({ ...picture(240, 160, (x, y) => gradient(159 - y, x)), orientation: 6 })
    const [expected, turned, ignored, turned6] = await embedImages([...images, images6], { model })
    assert.ok(cosine(expected, turned6) > 0.99999, `${cosine(expected, turned6)}`)
    assert.ok(cosine(expected, turned) > 0.99999, `${cosine(expected, turned)}`)
    assert.ok(cosine(expected, ignored) < 0.99)
  })

  it('shows white where an image is transparent', async () => {
    const disc = (x, y) => Math.hypot(x - 100, y - 100) < 60
    const transparent = picture(200, 200, (x, y) => (disc(x, y) ? [0, 90, 200, 255] : [0, 0, 0, 0]))
    const white = picture(200, 200, (x, y) => (disc(x, y) ? [0, 90, 200] : [255, 255, 255]))
    const [a, b] = await embedImages([encodePng(transparent), encodePng(white)], { model })
    assert.ok(cosine(a, b) > 0.99999, `${cosine(a, b)}`)
  })

  it('tells how far it is, up to the end', async () => {
    const heard = []
    await embedImages([cat, cat, cat, cat, cat], {
      model,
      batchSize: 2,
      onProgress: (progress) => heard.push(progress)
    })
    assert.deepEqual(
      heard,
      [2, 4, 5].map((done) => ({ phase: 'embed', done, total: 5, unit: 'inputs' }))
    )
  })

  it('leaves the event loop free', async () => {
    let ticks = 0
    const timer = setInterval(() => ticks++, 5)
    await embedImages(Array(60).fill(cat), { model })
    clearInterval(timer)
    // Few enough for a machine that has much else to do; there would be none.
    assert.ok(ticks > 3, `${ticks} ticks`)
  })

  it('resolves to nothing for nothing, without a model', async () => {
    assert.deepEqual(await embedImages([]), [])
  })

  it('loads a model once for calls that race', () =>
    withFolder(async (path) => {
      for (const file of ['model.onnx', 'preprocessor_config.json']) {
        await copyFile(join(model.path, file), join(path, file))
      }
      const calls = Array.from({ length: 8 }, () => embedImages([cat], { model: { path } }))
      const vectors = await Promise.all(calls)
      for (const [vector] of vectors) assert.deepEqual(vector, vectors[0][0])
      assert.equal(await unloadModel({ path }), 1)
      assert.equal(await unloadModel({ path }), 0)
    }))

  it('answers the calls made before an unload, and loads the model again after it', async () => {
    const before = embedImages([cat, coffee], { model, batchSize: 1 })
    assert.equal(await unloadModel(model), 1)
    const after = await embedImages([cat, coffee], { model })
    assert.ok(cosine((await before)[1], after[1]) > 0.99999)
  })

  it('frees all models when none is named', async () => {
    await embedImages([cat], { model })
    await embedImages([cat], { model, threads: 1 })
    assert.ok((await unloadModel()) >= 1)
    assert.equal(await unloadModel(), 0)
  })

  it('works in worker threads beside the main thread', async () => {
    const source = `
      const { parentPort, workerData } = require('node:worker_threads')
      const { embedImages } = require(workerData.index)
      embedImages(workerData.images, { model: workerData.model }).then((vectors) => parentPort.postMessage(vectors))`
    const { fileURLToPath } = await import('node:url')
    const index = fileURLToPath(new URL('../../index.js', import.meta.url))
    const workers = [0, 1].map(
      () =>
        new Promise((resolve, reject) => {
          const worker = new Worker(source, { eval: true, workerData: { index, model, images: [cat] } })
          worker.once('message', resolve)
          worker.once('error', reject)
        })
    )
    const [here, ...there] = await Promise.all([embedImages([cat], { model }), ...workers])
    for (const [vector] of there) assert.deepEqual(vector, here[0])
  })

  it('does not keep the process alive, nor break its exit', async () => {
    const images = Array(60).fill(cat)
    const ended = await embedElsewhere({ images: [cat], options: { model } })
    assert.deepEqual([ended.code, ended.outcome.vectors.length], [0, 1])
    const exited = await embedElsewhere({ images, options: { model, batchSize: 1 }, exitAt: 3 })
    assert.deepEqual([exited.code, exited.signal], [3, null])
  })
})

describe('an image that cannot be used', () => {
  it('is named with its index and its path, and the others can be embedded after it', async () => {
    const text = 'image 1 (no/such/photo.jpg): no such file'
    await assert.rejects(
      embedImages([cat, 'no/such/photo.jpg', 'nor/this.jpg'], { model }),
      refusal(404, text)
    )
    const [vector] = await embedImages([cat], { model })
    assert.equal(vector.length, 1280)
  })

  it('is counted from the first image of the call, whatever the batch', async () => {
    const images = [...Array(7).fill(cat), Buffer.from('not a picture')]
    const rejected = embedImages(images, { model, batchSize: 2 })
    await assert.rejects(
      rejected,
      refusal(400, 'image 7 (13 bytes): is not a JPEG, PNG, WebP, GIF or BMP image')
    )
  })

  it('may be empty, cut short, a folder or of another format', () =>
    withFolder(async (folder) => {
      const bytes = await readFile(cat)
      const png = encodePng(picture(60, 60, gradient))
      await writeFile(join(folder, 'empty.jpg'), '')
      await writeFile(join(folder, 'short.jpg'), bytes.subarray(0, bytes.length / 2))
      await writeFile(join(folder, 'short.png'), png.subarray(0, png.length / 2))
      await writeFile(join(folder, 'drawing.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
      for (const name of ['empty.jpg', 'short.jpg', 'short.png', 'drawing.svg', '.']) {
        const path = join(folder, name)
        await assert.rejects(embedImages([path], { model }), refusal(400, `image 0 (${path}): is `))
      }
    }))

  it('may be a bomb', async () => {
    const bomb = encodePng(picture(10, 10, gradient))
    const header = encodePng({ ...picture(10, 10, gradient), width: 10, height: 10 })
    header.writeUInt32BE(100_000, 16)
    await assert.rejects(embedImages([bomb, header], { model }), refusal(400, 'image 1 ('))
    const line = encodePng(picture(1, 4000, gradient))
    await assert.rejects(embedImages([line], { model }), refusal(400, 'is 1 x 4000'))
  })
})

describe("onError: 'skip'", () => {
  const options = { model: imageModel, onError: 'skip', batchSize: 2 }

  it('gives the vectors of the others, and why there is none, by index', async () => {
    const good = photo('cat/original.jpg')
    const images = [good, 'no-such-file.jpg', Buffer.from('no image'), good, 'x.png', good]
    const { vectors, failures } = await embedImages(images, options)
    const [expected] = await embedImages([good], { model: imageModel })
    assert.equal(vectors.length, images.length)
    for (const [index, vector] of vectors.entries()) {
      if (images[index] === good) assert.ok(cosine(vector, expected) > 0.99999)
      else assert.equal(vector, null)
    }
    assert.deepEqual(
      failures.map(({ index, error }) => [index, error.name, error.status]),
      [
        [1, 'QdrantError', 404],
        [2, 'QdrantError', 400],
        [4, 'QdrantError', 404]
      ]
    )
    assert.match(failures[0].error.message, /^image 1 \(no-such-file\.jpg\): no such file/)
  })

  it('may leave nothing, or nothing out', async () => {
    assert.deepEqual(await embedImages([], options), { vectors: [], failures: [] })
    const none = await embedImages(['a.jpg', 'b.jpg', 'c.jpg'], options)
    assert.deepEqual(none.vectors, [null, null, null])
    const all = await embedImages([photo('cat/original.jpg')], options)
    assert.deepEqual([all.vectors.length, all.failures], [1, []])
  })

  it('does not hide that the model cannot be used', () =>
    assert.rejects(embedImages(['a.jpg'], { model: { path: 'no-such-folder' }, onError: 'skip' }), {
      status: 404
    }))

  it('is refused by another name', () =>
    assert.rejects(
      embedImages(['a.jpg'], { onError: 'ignore' }),
      refusal(400, "`onError` must be 'throw' or 'skip', not 'ignore'")
    ))
})

describe('bad arguments of embedImages', () => {
  const cases = [
    [[undefined], '`images` must be an array'],
    [['cat.jpg'], '`images` must be an array'],
    [[[cat, 7]], '`images[1]` must be a path, a Buffer or a Uint8Array'],
    [[[null]], '`images[0]` must be'],
    [[[new Uint16Array(4)]], '`images[0]` must be'],
    [[[cat], 'clip'], '`options` must be an object'],
    [[[cat], { model: 7 }], '`model` must be a name or an object with a `path`'],
    [[[cat], { model: {} }], '`model` must be a name or an object with a `path`'],
    [[[cat], { model: { ...model, pooling: 'max' } }], "`model.pooling` must be 'mean' or 'cls', not 'max'"],
    [[[cat], { model, batchSize: 0 }], '`batchSize` must be a whole number, at least 1, not 0'],
    [[[cat], { model, batchSize: 1.5 }], '`batchSize` must be a whole number, at least 1, not 1.5'],
    [[[cat], { model, threads: -1 }], '`threads` must be a whole number, at least 1, not -1'],
    [[[cat], { model, threads: 'all' }], '`threads` must be a number'],
    [
      [[cat], { model, executionProviders: ['cuda', 'gpu'] }],
      "`executionProviders[1]` must be 'coreml' or 'cpu' or 'cuda' or 'dml', not 'gpu'"
    ],
    [[[cat], { model, executionProviders: 'cuda' }], '`executionProviders` must be a list of names'],
    [[[cat], { model, cacheDir: 7 }], '`cacheDir` must be a string'],
    [[[cat], { model, localFilesOnly: 'yes' }], '`localFilesOnly` must be a boolean'],
    [[[cat], { model, onProgress: 7 }], '`onProgress` must be a function']
  ]
  for (const [args, text] of cases) {
    it(`are refused: ${text}`, () => assert.rejects(embedImages(...args), refusal(400, text)))
  }
})

describe('a model that cannot be used', () => {
  it('has a name that is not known, or is known for texts', async () => {
    await assert.rejects(
      embedImages([cat], { model: 'Qdrant/no-such-model' }),
      refusal(404, '`Qdrant/no-such-model`')
    )
    const text = 'model `Qdrant/clip-ViT-B-32-text` embeds texts, not images'
    await assert.rejects(embedImages([cat], { model: 'Qdrant/clip-ViT-B-32-text' }), refusal(400, text))
  })

  it('may make the libraries panic, which the process survives', async () => {
    const strange = noInputModel
    await assert.rejects(embedImages([cat], { model: strange }), refusal(500, `\`${strange.path}\` failed`))
    await assert.rejects(embedImages([cat], { model: strange }), refusal(500, `\`${strange.path}\` failed`))
    assert.equal(await unloadModel(strange), 0)
    assert.equal((await embedImages([cat], { model })).length, 1)
  })

  it('is a folder that does not exist, lacks files, or holds something else', () =>
    withFolder(async (path) => {
      const gone = join(path, 'gone')
      await assert.rejects(embedImages([cat], { model: { path: gone } }), refusal(404, gone))
      await copyFile(join(model.path, 'preprocessor_config.json'), join(path, 'preprocessor_config.json'))
      await assert.rejects(
        embedImages([cat], { model: { path } }),
        refusal(404, `\`${path}\` lacks model.onnx`)
      )
      await writeFile(join(path, 'model.onnx'), 'not a network')
      await assert.rejects(
        embedImages([cat], { model: { path } }),
        refusal(400, `\`${path}\` cannot be loaded`)
      )
      await copyFile(join(textModel.path, 'model.onnx'), join(path, 'model.onnx'))
      await assert.rejects(embedImages([cat], { model: { path } }), refusal(500, path))
      await copyFile(join(model.path, 'model.onnx'), join(path, 'model.onnx'))
      await unloadModel({ path })
      assert.equal((await embedImages([cat], { model: { path } })).length, 1)
      await unloadModel({ path })
    }))
})
