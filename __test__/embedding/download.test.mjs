import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import {
  downloadModel,
  embedImages,
  embedTexts,
  listModels,
  modelCacheDir,
  unloadModel
} from '../../index.js'
import { refusal, withFolder } from '../helpers.mjs'
import { cosine, embedElsewhere, imageModel, photo, repository, textModel } from './helpers.mjs'
import { gitHash, sha256, withHub } from './hub.mjs'

// Small models in place of CLIP's: what is tested is how they get here.
const IMAGE = 'Qdrant/clip-ViT-B-32-vision'
const TEXT = 'Qdrant/clip-ViT-B-32-text'
const QUANTIZED = 'Xenova/all-MiniLM-L6-v2'
const WEIGHTS_APART = 'Qdrant/multilingual-e5-large-onnx'
const IMAGE_FILES = ['preprocessor_config.json', 'model.onnx']
const TOKENIZER_FILES = ['tokenizer.json', 'config.json', 'special_tokens_map.json', 'tokenizer_config.json']
const models = {
  [IMAGE]: repository(imageModel, IMAGE_FILES),
  [TEXT]: repository(textModel, [...TOKENIZER_FILES, 'model.onnx']),
  [QUANTIZED]: {
    ...repository(textModel, TOKENIZER_FILES),
    'onnx/model_quantized.onnx': join(textModel.path, 'model.onnx')
  },
  [WEIGHTS_APART]: {
    ...repository(textModel, TOKENIZER_FILES),
    ...repository({ path: join(textModel.path, 'weights-apart') }, ['model.onnx', 'model.onnx_data'])
  }
}
const images = [photo('cat/original.jpg')]
const [expected] = await embedImages(images, { model: imageModel })

const modelBytes = await readFile(models[IMAGE]['model.onnx'])
const blobOf = (cacheDir, bytes) =>
  join(cacheDir, `models--${IMAGE.replace('/', '--')}`, 'blobs', sha256(bytes))

/** Calls `use` with a hub and an empty cache folder; nothing stays loaded. */
function withEmptyCache(use) {
  return withHub(models, (hub) =>
    withFolder(async (cacheDir) => {
      try {
        return await use(hub, cacheDir)
      } finally {
        await unloadModel()
      }
    })
  )
}

describe('a model of the hub', () => {
  it('is downloaded once, with progress, into the cache folder', () =>
    withEmptyCache(async (hub, cacheDir) => {
      hub.bytesPerSecond = 8e6
      const heard = []
      const onProgress = (progress) => heard.push(progress)
      const [vector] = await embedImages(images, { cacheDir, onProgress })
      assert.ok(cosine(vector, expected) > 0.99999)

      const downloads = heard.filter(({ phase }) => phase === 'download')
      const sizes = await Promise.all(IMAGE_FILES.map(async (file) => (await stat(models[IMAGE][file])).size))
      const total = sizes[0] + sizes[1]
      assert.ok(downloads.length >= 4, `${downloads.length} reports`)
      for (const [index, { file, done, total: of, unit, bytesPerSecond }] of downloads.entries()) {
        assert.ok(IMAGE_FILES.includes(file))
        assert.equal(of, total)
        assert.equal(unit, 'bytes')
        assert.ok(bytesPerSecond >= 0 && Number.isInteger(bytesPerSecond))
        assert.ok(done >= (downloads[index - 1]?.done ?? 0), 'progress went back')
      }
      assert.equal(downloads.at(-1).done, total)
      assert.deepEqual(heard.at(-1), { phase: 'embed', done: 1, total: 1, unit: 'inputs' })

      const requests = hub.served.length
      await unloadModel(IMAGE)
      await embedImages(images, { cacheDir, model: 'clip' })
      await embedImages(images, { cacheDir, model: IMAGE.toLowerCase(), localFilesOnly: true })
      assert.equal(hub.served.length, requests)
    }))

  it('is loaded once for calls that race', () =>
    withEmptyCache(async (hub, cacheDir) => {
      const calls = Array.from({ length: 4 }, () => embedImages(images, { cacheDir }))
      for (const [vector] of await Promise.all(calls)) assert.deepEqual(vector, (await calls[0])[0])
      assert.deepEqual(
        hub.served.map(({ file }) => file),
        IMAGE_FILES
      )
      assert.equal(await unloadModel('clip'), 1)
    }))

  it('may be a text model, with its tokenizer', () =>
    withEmptyCache(async (hub, cacheDir) => {
      const [here] = await embedTexts(['a dog on the beach'], { model: textModel })
      const [vector] = await embedTexts(['a dog on the beach'], { cacheDir })
      assert.ok(cosine(vector, here) > 0.99999)
      assert.deepEqual(hub.served.map(({ file }) => file).sort(), [...TOKENIZER_FILES, 'model.onnx'].sort())
    }))

  it('may have its weights in a second file, or vectors that depend on the batch', () =>
    withEmptyCache(async (hub, cacheDir) => {
      const texts = ['a dog on the beach', 'the code of the program', 'bread']
      const here = await embedTexts(texts, { model: textModel })
      for (const model of [QUANTIZED, WEIGHTS_APART]) {
        const there = await embedTexts(texts, { cacheDir, model, batchSize: 2 })
        for (const [index, vector] of there.entries()) assert.ok(cosine(vector, here[index]) > 0.99999)
      }
      assert.ok(hub.served.some(({ file }) => file === 'onnx/model_quantized.onnx'))
      assert.ok(hub.served.some(({ file }) => file === 'model.onnx_data'))
    }))

  it('is kept where HF_HOME says, but for a cacheDir of the call', () =>
    withEmptyCache(async (_hub, cacheDir) => {
      const standard = modelCacheDir()
      assert.ok(!standard.startsWith(process.cwd()))
      const home = join(cacheDir, 'home')
      process.env.HF_HOME = home
      try {
        assert.equal(modelCacheDir(), home)
        await embedImages(images)
        assert.deepEqual(await readdir(home), ['models--Qdrant--clip-ViT-B-32-vision'])
        await embedImages(images, { cacheDir: join(cacheDir, 'other') })
        assert.deepEqual(await readdir(join(cacheDir, 'other')), ['models--Qdrant--clip-ViT-B-32-vision'])
      } finally {
        delete process.env.HF_HOME
      }
      assert.equal(modelCacheDir(), standard)
    }))
})

describe('an interrupted download', () => {
  it('goes on where the process was killed', () =>
    withEmptyCache(async (hub, cacheDir) => {
      hub.bytesPerSecond = 2e6
      const killed = await embedElsewhere(
        { images, options: { cacheDir } },
        { onLine: ({ progress }, child) => progress.done > 0.4 * progress.total && child.kill('SIGKILL') }
      )
      assert.equal(killed.signal, 'SIGKILL')
      assert.equal(killed.outcome.progress.phase, 'download')

      const before = hub.served.length
      hub.bytesPerSecond = Infinity
      const heard = []
      const onProgress = (progress) => heard.push(progress)
      const [vector] = await embedImages(images, { cacheDir, onProgress })
      assert.ok(cosine(vector, expected) > 0.99999)
      const resumed = hub.served.slice(before)
      assert.deepEqual(
        resumed.map(({ file }) => file),
        ['model.onnx']
      )
      assert.ok(resumed[0].start > 0.3 * modelBytes.length, `went on at ${resumed[0].start}`)
      assert.equal(resumed[0].start + resumed[0].bytes, modelBytes.length)
      assert.ok(heard[0].done >= resumed[0].start, 'progress counts what was there')
    }))

  it('goes on after the connection broke, again and again', () =>
    withEmptyCache(async (hub, cacheDir) => {
      hub.cutAfter = 1.5e6
      const [vector] = await embedImages(images, { cacheDir })
      assert.ok(cosine(vector, expected) > 0.99999)
      const starts = hub.served.filter(({ file }) => file === 'model.onnx').map(({ start }) => start)
      assert.equal(starts.length, 3)
      assert.ok(starts[0] === 0 && starts[1] > 0 && starts[2] > starts[1], `${starts}`)
    }))

  it('goes on after the hub failed', () =>
    withEmptyCache(async (hub, cacheDir) => {
      hub.refusals = 2
      await embedImages(images, { cacheDir })
      assert.equal(hub.refusals, 0)
    }))

  it('is given up when the hub keeps failing', () =>
    withEmptyCache(async (hub, cacheDir) => {
      hub.refusals = Infinity
      const message = `from ${hub.endpoint}: the hub answers 500 Internal Server Error`
      await assert.rejects(embedImages(images, { cacheDir }), refusal(503, message))
      assert.equal(hub.requests, 5)
    }))

  it('stops when it is cancelled, and is gone on with', () =>
    withEmptyCache(async (hub, cacheDir) => {
      hub.trickleAfter = 1.5e6
      const controller = new AbortController()
      const reason = new Error('enough')
      const onProgress = ({ done, total }) => done > 0.3 * total && controller.abort(reason)
      const { signal } = controller
      await assert.rejects(downloadModel('clip', { cacheDir, onProgress, signal }), reason)
      await assert.rejects(downloadModel(IMAGE, { cacheDir, signal }), reason)

      hub.trickleAfter = Infinity
      const heard = []
      await downloadModel(IMAGE, { cacheDir, onProgress: (progress) => heard.push(progress) })
      assert.ok(heard[0].done > 0.25 * heard[0].total, `${heard[0].done} of ${heard[0].total}`)
      assert.deepEqual(await readFile(blobOf(cacheDir, modelBytes)), modelBytes)
    }))

  it('leaves the model to others at once when it is cancelled, even while nothing comes', () =>
    withEmptyCache(async (hub, cacheDir) => {
      hub.silentAfter = 1.5e6
      const controller = new AbortController()
      const part = `${blobOf(cacheDir, modelBytes)}.part`
      hub.onSilence = async () => {
        // It waits for more once all has come.
        while ((await stat(part)).size < hub.served.at(-1).bytes) await delay(10)
        controller.abort()
      }
      const given = downloadModel(IMAGE, { cacheDir, signal: controller.signal })
      await assert.rejects(given, { name: 'AbortError' })

      hub.silentAfter = Infinity
      await downloadModel(IMAGE, { cacheDir })
      const [silent, rest] = hub.served.filter(({ file }) => file === 'model.onnx')
      assert.equal(rest.start + rest.bytes, modelBytes.length)
      assert.ok(!silent.socket.destroyed, 'it did not wait until the silent connection was given up')
    }))

  it('is given up by one call, not by another that waits for the same model', () =>
    withEmptyCache(async (hub, cacheDir) => {
      hub.trickleAfter = 1.5e6
      const controller = new AbortController()
      const onProgress = ({ done, total }) => {
        if (done < 0.3 * total) return
        hub.trickleAfter = Infinity
        controller.abort()
      }
      const given = embedImages(images, { cacheDir, signal: controller.signal, onProgress })
      const kept = embedImages(images, { cacheDir })
      await assert.rejects(given, { name: 'AbortError' })
      assert.ok(cosine((await kept)[0], expected) > 0.99999)
    }))

  it('is completed if only its last step was missing, or what it left is too long', () =>
    withEmptyCache(async (_hub, cacheDir) => {
      const blob = blobOf(cacheDir, modelBytes)
      await mkdir(join(blob, '..'), { recursive: true })
      await writeFile(`${blob}.part`, modelBytes)
      await embedImages(images, { cacheDir })
      assert.deepEqual(await readFile(blob), modelBytes)

      await unloadModel(IMAGE)
      const other = join(cacheDir, 'other')
      const otherBlob = blobOf(other, modelBytes)
      await mkdir(join(otherBlob, '..'), { recursive: true })
      await writeFile(`${otherBlob}.part`, Buffer.concat([modelBytes, Buffer.from('more')]))
      await embedImages(images, { cacheDir: other })
      assert.deepEqual(await readFile(otherBlob), modelBytes)
    }))

  it('may be one of two at a time', () =>
    withEmptyCache(async (hub, cacheDir) => {
      hub.bytesPerSecond = 4e6
      const call = { images, options: { cacheDir } }
      const ended = await Promise.all([embedElsewhere(call), embedElsewhere(call)])
      for (const { code, outcome } of ended) {
        assert.equal(code, 0)
        assert.ok(cosine(outcome.vectors[0], expected) > 0.99999)
      }
      assert.deepEqual(await readFile(blobOf(cacheDir, modelBytes)), modelBytes)
    }))
})

describe('a file that is not what it should be', () => {
  const damages = {
    'cut short': modelBytes.subarray(0, 1e6),
    empty: Buffer.alloc(0),
    'of the right size': Buffer.alloc(modelBytes.length, 7)
  }
  for (const [damage, content] of Object.entries(damages)) {
    it(`is downloaded again when it is needed: ${damage}`, () =>
      withEmptyCache(async (hub, cacheDir) => {
        await embedImages(images, { cacheDir })
        await unloadModel(IMAGE)
        const blob = blobOf(cacheDir, modelBytes)
        await writeFile(blob, content)
        const before = hub.served.length
        assert.ok(cosine((await embedImages(images, { cacheDir }))[0], expected) > 0.99999)
        assert.deepEqual(await readFile(blob), modelBytes)
        assert.deepEqual(
          hub.served.slice(before).map(({ file }) => file),
          ['model.onnx'],
          'only this one'
        )
      }))
  }

  it('is found by downloadModel', () =>
    withEmptyCache(async (hub, cacheDir) => {
      await downloadModel(IMAGE, { cacheDir })
      const { requests } = hub
      await downloadModel(IMAGE, { cacheDir })
      assert.equal(hub.requests, requests, 'what is here and whole is not asked for')
      const blob = blobOf(cacheDir, modelBytes)
      await writeFile(blob, damages['of the right size'])
      await downloadModel(IMAGE, { cacheDir })
      assert.deepEqual(await readFile(blob), modelBytes)
    }))

  it('is told of, and not used, with localFilesOnly', () =>
    withEmptyCache(async (hub, cacheDir) => {
      await downloadModel(IMAGE, { cacheDir })
      await writeFile(blobOf(cacheDir, modelBytes), damages['cut short'])
      const { requests } = hub
      await assert.rejects(
        embedImages(images, { cacheDir, localFilesOnly: true }),
        refusal(404, 'damaged files were removed: model')
      )
      assert.equal(hub.requests, requests)
    }))

  it('may have come so, once', () =>
    withEmptyCache(async (hub, cacheDir) => {
      let sent = 0
      hub.content = (content, file) =>
        file === 'model.onnx' && ++sent === 2 ? damages['of the right size'] : content
      await downloadModel(IMAGE, { cacheDir })
      assert.deepEqual(await readFile(blobOf(cacheDir, modelBytes)), modelBytes)
    }))

  it('is refused if it keeps coming so', () =>
    withEmptyCache(async (hub, cacheDir) => {
      hub.etag = (content, file) => (file === 'model.onnx' ? sha256('something else') : sha256(content))
      const wrong = refusal(503, 'its content does not have the hash that the hub gives for it')
      await assert.rejects(downloadModel(IMAGE, { cacheDir }), wrong)
      assert.deepEqual(await listCached(cacheDir), [])
      await assert.rejects(embedImages(images, { cacheDir, localFilesOnly: true }), { status: 404 })
    }))

  it('is known by the hashes that git has', () =>
    withEmptyCache(async (hub, cacheDir) => {
      hub.etag = gitHash
      await downloadModel(IMAGE, { cacheDir })
      await unloadModel(IMAGE)
      const blob = join(blobOf(cacheDir, modelBytes), '..', gitHash(modelBytes))
      await writeFile(blob, damages['of the right size'])
      await embedImages(images, { cacheDir })
      assert.deepEqual(await readFile(blob), modelBytes)
    }))

  it('is where it belongs, whatever its etag', () =>
    withEmptyCache(async (hub, cacheDir) => {
      hub.etag = (_content, file) => `../../../${file}`
      await downloadModel(IMAGE, { cacheDir })
      assert.deepEqual(await readdir(cacheDir), [`models--${IMAGE.replace('/', '--')}`])
      assert.ok(
        cosine((await embedImages(images, { cacheDir, localFilesOnly: true }))[0], expected) > 0.99999
      )
    }))
})

/** The names of the models in a cache that are whole. */
async function listCached(cacheDir) {
  const models = await listModels({ cacheDir })
  return models.filter(({ cached }) => cached).map(({ name }) => name)
}

describe('a hub', () => {
  it('may send large files from elsewhere, where it does not send the token', () =>
    withEmptyCache(async (hub, cacheDir) => {
      hub.redirects = true
      process.env.HF_TOKEN = 'secret'
      try {
        await downloadModel(IMAGE, { cacheDir })
      } finally {
        delete process.env.HF_TOKEN
      }
      assert.deepEqual(await readFile(blobOf(cacheDir, modelBytes)), modelBytes)
      assert.ok(hub.served.length > 0)
      for (const { token } of hub.served) assert.equal(token, undefined)
      hub.redirects = false
      process.env.HF_TOKEN = 'secret'
      try {
        await rm(blobOf(cacheDir, modelBytes))
        await downloadModel(IMAGE, { cacheDir })
      } finally {
        delete process.env.HF_TOKEN
      }
      assert.equal(hub.served.at(-1).token, 'Bearer secret')
    }))

  it('is reached over the proxy of the environment', () =>
    withEmptyCache(async (hub, cacheDir) => {
      const tunnels = []
      const proxy = createServer().on('connect', ({ url }, client) => {
        tunnels.push(url)
        const { hostname, port } = new URL(`http://${url}`)
        const target = connect(port, hostname, () => {
          client.write('HTTP/1.1 200 Connection established\r\n\r\n')
          client.pipe(target).pipe(client)
        })
        for (const socket of [client, target]) socket.on('error', () => socket.destroy())
      })
      await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve))
      try {
        const address = `http://127.0.0.1:${proxy.address().port}`
        const env = { HTTP_PROXY: address, HTTPS_PROXY: address, ALL_PROXY: address, NO_PROXY: '' }
        const { outcome } = await embedElsewhere({ images, options: { cacheDir } }, { env })
        assert.ok(cosine(outcome.vectors[0], expected) > 0.99999)
        assert.ok(tunnels.includes(new URL(hub.endpoint).host), `${tunnels}`)
      } finally {
        proxy.closeAllConnections()
        proxy.close()
      }
    }))
})

describe('a hub that shows a certificate of an authority of its own', () => {
  const fixture = (name) => fileURLToPath(new URL(`fixtures/tls/${name}`, import.meta.url))
  const authority = fixture('authority.pem')
  const withTlsHub = async (env, use) => {
    const tls = { key: await readFile(fixture('server.key')), cert: await readFile(fixture('server.pem')) }
    const before = { SSL_CERT_FILE: undefined, NODE_EXTRA_CA_CERTS: undefined }
    for (const name in before) before[name] = process.env[name]
    const set = (values) => {
      for (const [name, value] of Object.entries(values)) {
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      }
    }
    set({ SSL_CERT_FILE: undefined, NODE_EXTRA_CA_CERTS: undefined, ...env })
    try {
      await withFolder((cacheDir) => withHub(models, (hub) => use(hub, cacheDir), tls))
    } finally {
      set(before)
    }
  }

  for (const name of ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS']) {
    it(`is trusted if ${name} names the authority`, () =>
      withTlsHub({ [name]: authority }, async (_hub, cacheDir) => {
        await downloadModel(IMAGE, { cacheDir })
        assert.deepEqual(await readFile(blobOf(cacheDir, modelBytes)), modelBytes)
      }))
  }

  it('is refused otherwise, which is told with the remedy', () =>
    withTlsHub({ NODE_EXTRA_CA_CERTS: authority.replace('authority', 'missing') }, async (hub, cacheDir) => {
      await assert.rejects(downloadModel(IMAGE, { cacheDir }), (error) => {
        assert.equal(error.status, 503)
        for (const part of ['UnknownIssuer', 'SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS']) {
          assert.ok(error.message.includes(part), error.message)
        }
        return true
      })
      assert.equal(hub.requests, 0)
    }))
})

describe('a model that cannot be had', () => {
  it('names the model, the hub, the cause, and what can be done', () =>
    withFolder(async (cacheDir) => {
      const endpoint = 'http://127.0.0.1:9'
      process.env.HF_ENDPOINT = endpoint
      try {
        await assert.rejects(embedImages(images, { cacheDir }), ({ name, status, message }) => {
          assert.equal(name, 'QdrantError')
          assert.equal(status, 503)
          const byHand = `hf download ${IMAGE} ${IMAGE_FILES.join(' ')} --cache-dir`
          for (const part of [IMAGE, endpoint, /refused|10061/, 'HF_ENDPOINT', byHand, cacheDir, 'folder']) {
            assert.ok(part instanceof RegExp ? part.test(message) : message.includes(part), message)
          }
          return true
        })
      } finally {
        delete process.env.HF_ENDPOINT
      }
      await withHub(models, (hub) => {
        hub.bytesPerSecond = Infinity
        return embedImages(images, { cacheDir })
      })
      await unloadModel()
    }))

  it('is not on this hub', () =>
    withHub({}, (hub) =>
      withFolder((cacheDir) =>
        assert.rejects(
          embedImages(images, { cacheDir }),
          refusal(503, `from ${hub.endpoint}: the hub answers 404 Not Found`)
        )
      )
    ))

  it('is not asked for with localFilesOnly', () =>
    withEmptyCache(async (hub, cacheDir) => {
      const offline = embedImages(images, { cacheDir, localFilesOnly: true })
      const online = embedImages(images, { cacheDir })
      await assert.rejects(
        offline,
        refusal(404, `model \`${IMAGE}\` is not in \`${cacheDir}\` (missing: ${IMAGE_FILES.join(', ')})`)
      )
      assert.equal((await online).length, 1, 'a call that may download is not hindered')
      assert.ok(hub.served.length > 0)
    }))

  it('names the folder that cannot be written', () =>
    withEmptyCache(async (_hub, folder) => {
      const cacheDir = join(folder, 'file')
      await writeFile(cacheDir, '')
      await assert.rejects(embedImages(images, { cacheDir }), refusal(500, `into \`${cacheDir}\``))
    }))
})
