import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { chmod, rename, rm, stat, symlink, utimes } from 'node:fs/promises'
import path from 'node:path'
import { describe, it } from 'node:test'

import { connect, embedImages, embedTexts, indexFolder, searchFiles } from '../../index.js'
import { withServer } from '../drop-in/http.mjs'
import { cosine, imageModel, textModel } from '../embedding/helpers.mjs'
import {
  BREAD,
  both,
  counts,
  DOG,
  imagesOnly,
  LOOP,
  outcomes,
  pointsOf,
  put,
  textsOnly,
  withFiles
} from './helpers.mjs'

const CAT = { photo: 'cat/original.jpg' }
const COINS = { photo: 'coins/original.jpg' }
const windows = process.platform === 'win32'

/** The UUID of version 5 of a name, in the namespace in which the points of indexed files are. */
function uuid(name) {
  const namespace = Buffer.from('6f0d1c9c2f5b4d0f9a556f3e5a3d8b17', 'hex')
  const hex = createHash('sha1').update(namespace).update(name).digest('hex')
  const variant = ((Number.parseInt(hex[16], 16) & 3) | 8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

const sha256 = (content) => createHash('sha256').update(content).digest('hex')

describe('indexFolder', () => {
  it('stores a point for each image and for each chunk of a text', () =>
    withFiles({ 'cat.jpg': CAT, 'deep/er/notes.md': `${DOG}\n\n${LOOP}\n` }, async (client, folder) => {
      const result = await indexFolder(client, folder, both)
      assert.equal(result.folder, folder)
      assert.deepEqual(counts(result.images), { found: 1, indexed: 1, embedded: 1 })
      assert.deepEqual(counts(result.texts), { found: 1, indexed: 1, embedded: 1 })
      assert.deepEqual(result.failures, [])

      const cat = path.join(folder, 'cat.jpg')
      const [image, ...otherImages] = await pointsOf(client, result.images.collection)
      assert.deepEqual(otherImages, [])
      assert.equal(image.id, uuid(cat))
      const { size, mtime } = await stat(cat)
      const { file_sha256, ...payload } = image.payload
      assert.deepEqual(payload, { image_path: cat, file_size: size, modified: mtime.toISOString() })
      assert.match(file_sha256, /^[0-9a-f]{64}$/)
      const [vector] = await embedImages([cat], { model: imageModel })
      assert.ok(cosine(image.vector, vector) > 0.9999)

      const notes = path.join(folder, 'deep', 'er', 'notes.md')
      const chunks = await pointsOf(client, result.texts.collection)
      chunks.sort((one, other) => one.payload.chunk - other.payload.chunk)
      assert.deepEqual(
        chunks.map(({ id, payload: { text, start, end, chunk, chunks } }) => [
          id,
          text,
          start,
          end,
          chunk,
          chunks
        ]),
        [
          [uuid(`${notes}\0${0}`), DOG, 0, 24, 0, 2],
          [uuid(`${notes}\0${1}`), LOOP, 26, 77, 1, 2]
        ]
      )
      const vectors = await embedTexts([DOG, LOOP], { model: textModel })
      for (const [index, { payload, vector }] of chunks.entries()) {
        assert.equal(payload.text_path, notes)
        assert.equal(payload.file_sha256, sha256(`${DOG}\n\n${LOOP}\n`))
        assert.ok(cosine(vector, vectors[index]) > 0.9999)
      }
    }))

  it('embeds only what is new or has another content, and deletes what is gone', () =>
    withFiles(
      { 'cat.jpg': CAT, 'coins.jpg': COINS, 'old.png': CAT, 'a.txt': DOG, 'b.txt': LOOP, 'old.md': BREAD },
      async (client, folder) => {
        await indexFolder(client, folder, both)
        const [before] = await client.retrieve('images', { ids: [uuid(path.join(folder, 'cat.jpg'))] })
        await put(folder, { 'coins.jpg': { photo: 'rocket/crop.jpg' }, 'b.txt': BREAD, 'new.txt': LOOP })
        const touched = new Date('2001-02-03')
        await utimes(path.join(folder, 'cat.jpg'), touched, touched)
        await utimes(path.join(folder, 'a.txt'), touched, touched)
        await rm(path.join(folder, 'old.png'))
        await rm(path.join(folder, 'old.md'))

        const { heard, onProgress } = outcomes(folder)
        const changed = await indexFolder(client, folder, { ...both, onProgress })
        assert.deepEqual(heard, {
          embedded: ['coins.jpg', 'new.txt'],
          copied: ['b.txt'],
          unchanged: ['a.txt', 'cat.jpg'],
          removed: ['old.md', 'old.png']
        })
        assert.deepEqual(counts(changed.images), {
          found: 2,
          indexed: 1,
          embedded: 1,
          unchanged: 1,
          removed: 1
        })
        assert.deepEqual(counts(changed.texts), {
          found: 3,
          indexed: 2,
          embedded: 1,
          unchanged: 1,
          removed: 1
        })
        const [after] = await client.retrieve('images', { ids: [before.id] })
        assert.deepEqual(after.payload, { ...before.payload, modified: touched.toISOString() })

        const { heard: again, onProgress: hear } = outcomes(folder)
        const unchanged = await indexFolder(client, folder, { ...both, onProgress: hear })
        assert.deepEqual(again, {})
        assert.deepEqual(counts(unchanged.images), { found: 2, unchanged: 2 })
        assert.deepEqual(counts(unchanged.texts), { found: 3, unchanged: 3 })
      }
    ))

  it('embeds nothing again that was renamed, and gives contents that were swapped their own vectors', () =>
    withFiles(
      { 'a/cat.jpg': CAT, 'a/coins.jpg': COINS, 'a/n.txt': DOG.repeat(9) },
      async (client, folder) => {
        await indexFolder(client, folder, both)
        const vectorOf = async (name) => {
          const [{ vector }] = await client.retrieve('images', {
            ids: [uuid(path.join(folder, name))],
            with_vector: true
          })
          return vector
        }
        const [cat, coins] = [await vectorOf('a/cat.jpg'), await vectorOf('a/coins.jpg')]
        const chunks = await client.count('texts')

        await rename(path.join(folder, 'a'), path.join(folder, 'b'))
        const { heard, onProgress } = outcomes(folder)
        await indexFolder(client, folder, { ...both, onProgress })
        const names = ['cat.jpg', 'coins.jpg', 'n.txt']
        assert.deepEqual(heard, {
          copied: names.map((name) => path.join('b', name)),
          removed: names.map((name) => path.join('a', name))
        })
        assert.deepEqual(await vectorOf('b/cat.jpg'), cat)
        assert.deepEqual(await client.count('texts'), chunks)

        await put(folder, { 'b/cat.jpg': COINS, 'b/coins.jpg': CAT })
        await indexFolder(client, folder, both)
        assert.ok(cosine(await vectorOf('b/cat.jpg'), coins) > 0.9999)
        assert.ok(cosine(await vectorOf('b/coins.jpg'), cat) > 0.9999)
      }
    ))

  it('leaves no chunk of what a text was, and makes up for chunks that are not there', () =>
    withFiles({ 'long.md': `${DOG}\n\n`.repeat(200) }, async (client, folder) => {
      await indexFolder(client, folder, textsOnly)
      const points = await pointsOf(client, 'texts')
      assert.ok(points.length > 64, `${points.length} chunks`)

      // As after a run that was killed between two chunks.
      await client.delete('texts', { points: [points[7].id] })
      const { heard, onProgress } = outcomes(folder)
      await indexFolder(client, folder, { ...textsOnly, onProgress })
      assert.deepEqual(heard, { embedded: ['long.md'] })
      assert.deepEqual(new Set(await pointsOf(client, 'texts')), new Set(points))

      await put(folder, { 'long.md': LOOP })
      await indexFolder(client, folder, textsOnly)
      assert.deepEqual(
        (await pointsOf(client, 'texts')).map(({ payload }) => payload.text),
        [LOOP]
      )
      await put(folder, { 'long.md': ' \n' })
      const blank = await indexFolder(client, folder, textsOnly)
      assert.deepEqual(counts(blank.texts), { found: 1, unchanged: 1 })
      assert.deepEqual(await pointsOf(client, 'texts'), [])
    }))

  it('reads texts in the encodings that there are, with offsets into the text', () => {
    const text = `🐕 Ä dog. ${DOG}`
    const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le')
    const files = {
      'utf8.txt': `\ufeff${text}`,
      'utf16le.txt': utf16,
      'utf16be.txt': Buffer.from(utf16).swap16(),
      'windows.txt': Buffer.from('caf\xe9 and bread', 'latin1')
    }
    return withFiles(files, async (client, folder) => {
      const { texts } = await indexFolder(client, folder, textsOnly)
      assert.equal(texts.indexed, 4)
      for (const { payload } of await pointsOf(client, 'texts')) {
        const whole = payload.text_path.endsWith('windows.txt') ? 'café and bread' : text
        assert.equal(payload.text, whole.slice(payload.start, payload.end), payload.text_path)
      }
    })
  })

  it('reports files that cannot be used one by one, and stores the others', () =>
    withFiles(
      { 'a.jpg': 'no image', 'b.jpg': CAT, 'c.png': '', 'd.jpg': COINS, 'e.txt': 'a\0b', 'f.txt': DOG },
      async (client, folder) => {
        const result = await indexFolder(client, folder, both)
        assert.deepEqual(counts(result.images), { found: 4, indexed: 2, embedded: 2, failed: 2 })
        assert.deepEqual(counts(result.texts), { found: 2, indexed: 1, embedded: 1, failed: 1 })
        assert.deepEqual(
          result.failures.map(({ file, kind }) => [path.relative(folder, file), kind]).sort(),
          [
            ['a.jpg', 'image'],
            ['c.png', 'image'],
            ['e.txt', 'text']
          ]
        )
        for (const { error } of result.failures) assert.ok(error instanceof Error)
        assert.match(result.failures[0].error.message, /not a JPEG/)

        const throwing = indexFolder(client, folder, { ...both, onError: 'throw' })
        await assert.rejects(throwing, ({ message, file }) => {
          assert.ok(message.startsWith(file), message)
          return file === path.join(folder, 'a.jpg') || file === path.join(folder, 'c.png')
        })

        // The content that was found under this name is not there any more.
        await put(folder, { 'b.jpg': 'damaged' })
        await indexFolder(client, folder, both)
        assert.deepEqual(
          (await pointsOf(client, 'images')).map(({ payload }) => path.basename(payload.image_path)),
          ['d.jpg']
        )
      }
    ))

  it('takes a file that goes away meanwhile for one that is not there', () =>
    withFiles({ 'a.txt': DOG, 'b.txt': LOOP, 'c.jpg': CAT, 'd.jpg': COINS }, async (client, folder) => {
      await indexFolder(client, folder, both)
      await put(folder, { 'a.txt': BREAD, 'c.jpg': COINS })
      const onProgress = ({ phase }) => {
        if (phase !== 'find') return
        rmSync(path.join(folder, 'a.txt'))
        rmSync(path.join(folder, 'c.jpg'))
      }
      const { images, texts, failures } = await indexFolder(client, folder, {
        ...both,
        onError: 'throw',
        onProgress
      })
      assert.deepEqual(counts(images), { found: 1, unchanged: 1, removed: 1 })
      assert.deepEqual(counts(texts), { found: 1, unchanged: 1, removed: 1 })
      assert.deepEqual(failures, [])
      assert.equal((await client.count('texts')).count, 1)
    }))

  it('bounds the size of files', () =>
    withFiles({ 'long.txt': DOG.repeat(100), 'short.txt': DOG }, async (client, folder) => {
      const options = { images: false, texts: { model: textModel, maxFileSize: 1000 } }
      const { texts, failures } = await indexFolder(client, folder, options)
      assert.deepEqual(counts(texts), { found: 2, indexed: 1, embedded: 1, failed: 1 })
      assert.match(failures[0].error.message, /2400 bytes, more than 1000/)
    }))

  it('leaves out hidden files, what is ignored, other kinds, pipes, and the folder of a store', () =>
    withFiles(
      { 'a.txt': DOG, '.b.txt': LOOP, '.git/c.txt': LOOP, 'd.html': LOOP, 'e/f.txt': LOOP, 'g.txt': BREAD },
      async (client, folder) => {
        const store = await connect({ path: path.join(folder, 'data') })
        await store.close()
        await put(folder, { 'data/inside.txt': LOOP })
        if (!windows) execFileSync('mkfifo', [path.join(folder, 'pipe.txt')])
        const asked = []
        const ignore = (name, isFolder) => {
          asked.push([name, isFolder])
          return name === 'e' || name === 'g.txt'
        }
        const { texts } = await indexFolder(client, folder, { ...textsOnly, ignore })
        assert.deepEqual(counts(texts), { found: 1, indexed: 1, embedded: 1 })
        assert.ok(asked.some(([name, isFolder]) => name === 'e' && isFolder))
        assert.ok(asked.some(([name, isFolder]) => name === 'g.txt' && !isFolder))

        const html = { images: false, texts: { model: textModel, extensions: ['.HTML'] } }
        const { heard, onProgress } = outcomes(folder)
        await indexFolder(client, folder, { ...html, onProgress })
        assert.deepEqual(heard, { embedded: ['d.html'], removed: ['a.txt'] })
      }
    ))

  it('follows links to files and none to folders', { skip: windows && 'links need rights there' }, () =>
    withFiles({ 'here/a.txt': DOG, 'there/b.txt': LOOP }, async (client, folder) => {
      const here = path.join(folder, 'here')
      await symlink(here, path.join(here, 'loop'))
      await symlink(path.join(folder, 'there'), path.join(here, 'there'))
      await symlink(path.join(folder, 'there'), path.join(here, 'folder.txt'))
      await symlink(path.join(folder, 'there', 'b.txt'), path.join(here, 'link.txt'))
      await symlink(path.join(folder, 'nowhere.txt'), path.join(here, 'broken.txt'))
      const { texts, failures } = await indexFolder(client, here, textsOnly)
      assert.deepEqual(counts(texts), { found: 2, indexed: 2, embedded: 2 })
      assert.deepEqual(failures, [])
    })
  )

  it(
    'keeps what is stored of files that cannot be looked at',
    { skip: windows && 'links need rights there' },
    () =>
      withFiles({ 'a.txt': DOG, 'b.txt': LOOP, 'closed/c.txt': BREAD }, async (client, folder) => {
        await indexFolder(client, folder, textsOnly)
        const a = path.join(folder, 'a.txt')
        await rm(a)
        await symlink(a, a)
        const closed = path.join(folder, 'closed')
        await chmod(closed, 0)
        try {
          const { texts, failures } = await indexFolder(client, folder, textsOnly)
          assert.equal(texts.removed, 0)
          assert.equal((await client.count('texts')).count, 3)
          const failed = failures.map(({ file, kind }) => [path.relative(folder, file), kind])
          // The superuser may look into every folder.
          const expected = process.getuid() === 0 ? [] : [['closed', null]]
          assert.deepEqual(failed.sort(), [['a.txt', 'text'], ...expected])
        } finally {
          await chmod(closed, 0o700)
        }
      })
  )

  it('touches only points of the folder that it made itself', () =>
    withFiles({ 'one/a.txt': DOG, 'one-more/b.txt': LOOP }, async (client, folder) => {
      await indexFolder(client, path.join(folder, 'one'), textsOnly)
      await indexFolder(client, path.join(folder, 'one-more'), textsOnly)
      const mine = {
        id: 7,
        vector: new Float32Array(32).fill(1),
        payload: { text_path: path.join(folder, 'one', 'x') }
      }
      await client.upsert('texts', { points: [mine] })
      await rm(path.join(folder, 'one', 'a.txt'))
      const { texts } = await indexFolder(client, path.join(folder, 'one'), textsOnly)
      assert.deepEqual(counts(texts), { removed: 1 })
      const left = (await pointsOf(client, 'texts')).map(({ payload }) => path.basename(payload.text_path))
      assert.deepEqual(left.sort(), ['b.txt', 'x'])
    }))

  it('does the same on a server', () =>
    withServer((url) =>
      withFiles({ 'cat.jpg': CAT, 'a.md': `${DOG}\n\n${LOOP}` }, async (inMemory, folder) => {
        const server = await connect({ url, checkCompatibility: false })
        for (const client of [server, inMemory]) await indexFolder(client, folder, both)
        await put(folder, { 'a.md': BREAD, 'b.md': LOOP, 'coins.jpg': COINS })
        await rename(path.join(folder, 'cat.jpg'), path.join(folder, 'dog.jpg'))
        const [of, expected] = await Promise.all(
          [server, inMemory].map((client) => indexFolder(client, folder, both))
        )
        assert.deepEqual(of, expected)
        for (const collection of ['images', 'texts']) {
          const points = (client) => client.scroll(collection, { limit: 100, with_payload: true })
          assert.deepEqual(await points(server), await points(inMemory))
        }
        const [found, alike] = await Promise.all(
          [server, inMemory].map((client) => searchFiles(client, 'cheese'))
        )
        assert.equal(found.texts[0].text, BREAD)
        assert.deepEqual(found, alike)
      })
    ))

  it('indexes two folders at once', () =>
    withFiles({ 'one/a.txt': DOG, 'two/b.txt': LOOP }, async (client, folder) => {
      const results = await Promise.all(
        ['one', 'two'].map((name) => indexFolder(client, path.join(folder, name), textsOnly))
      )
      for (const { texts } of results) assert.deepEqual(counts(texts), { found: 1, indexed: 1, embedded: 1 })
      assert.equal((await client.count('texts')).count, 2)
    }))

  it('goes on with a collection of the command before there were content hashes', () =>
    withFiles({ 'cat.jpg': CAT, 'coins.jpg': COINS }, async (client, folder) => {
      await client.createCollection('images', {
        vectors: { size: 1280, distance: 'Cosine' },
        metadata: {
          model: 'efficientnet-lite0',
          model_path: imageModel.path,
          model_sha256: '0'.repeat(64)
        }
      })
      const point = async (name) => {
        const file = path.join(folder, name)
        const { size, mtime } = await stat(file)
        const payload = { image_path: file, file_size: size, modified: mtime.toISOString() }
        return { id: uuid(file), vector: new Float32Array(1280).fill(1), payload }
      }
      await client.upsert('images', { points: [await point('cat.jpg'), await point('coins.jpg')] })
      await assert.rejects(
        indexFolder(client, folder, imagesOnly),
        /Collection "images" was made with the model efficientnet-lite0/
      )
      const { config } = await indexFolder(client, folder, {
        ...imagesOnly,
        images: { ...imagesOnly.images, collection: 'other' }
      }).then(() => client.getCollection('other'))
      await client.updateCollection('images', { metadata: config.metadata })

      await put(folder, { 'coins.jpg': { photo: 'rocket/crop.jpg' } })
      const { heard, onProgress } = outcomes(folder)
      // The collection says which model it is.
      await indexFolder(client, folder, { texts: false, onProgress })
      assert.deepEqual(heard, { embedded: ['coins.jpg'] })
      assert.equal((await client.count('images')).count, 2)
    }))

  it('is given up by a signal, keeps what was done, and goes on from there', () =>
    withFiles({}, async (client, folder) => {
      const names = Array.from({ length: 60 }, (_, index) => `${index}.txt`)
      await put(folder, Object.fromEntries(names.map((name, index) => [name, `${DOG} ${index}`])))
      const stop = new AbortController()
      const seen = []
      const reason = new Error('enough')
      const stopped = indexFolder(client, folder, {
        ...textsOnly,
        signal: stop.signal,
        onProgress: ({ phase, done, total, file }) => {
          if (phase !== 'index') return
          assert.equal(total, 60)
          seen.push(file)
          if (done === 20) stop.abort(reason)
        }
      })
      await assert.rejects(stopped, reason)
      assert.ok(seen.length >= 20 && seen.length < 60, `${seen.length}`)
      const { texts } = await indexFolder(client, folder, textsOnly)
      assert.deepEqual(counts(texts), {
        found: 60,
        indexed: 60 - seen.length,
        embedded: 60 - seen.length,
        unchanged: seen.length
      })
      await assert.rejects(
        indexFolder(client, folder, { ...textsOnly, signal: AbortSignal.abort(reason) }),
        reason
      )
    }))

  it('tells of the files that it finds', () =>
    withFiles({ 'a.txt': DOG, 'b/c.txt': LOOP, 'd.jpg': CAT }, async (client, folder) => {
      const found = []
      const onProgress = ({ phase, done }) => phase === 'find' && found.push(done)
      await indexFolder(client, folder, { ...both, onProgress })
      assert.deepEqual(found, [2, 3])
    }))

  it('refuses what it cannot do, and names it', () =>
    withFiles({ 'a.txt': DOG }, async (client, folder) => {
      for (const [options, message] of [
        [null, '`options` has to be an object'],
        [{ images: false, texts: false }, '`images` and `texts` are both false'],
        [{ images: 'yes' }, '`images` has to be true, false or an object'],
        [{ texts: { extensions: ['txt'] } }, '`texts.extensions` has to be a list'],
        [{ images: { collection: 'c' }, texts: { collection: 'c' } }, 'need a collection each'],
        [{ images: { collection: 7 } }, '`images.collection` has to be a name'],
        [{ texts: { maxFileSize: 'large' } }, '`texts.maxFileSize` has to be a whole number'],
        [{ onError: 'ignore' }, "`onError` has to be 'skip' or 'throw'"],
        [{ onProgress: true }, '`onProgress` has to be a function'],
        [{ signal: {} }, '`signal` has to be an AbortSignal'],
        [{ images: false, texts: { model: { path: folder } } }, 'No model.onnx in the model folder'],
        [{ images: false, texts: { model: textModel, maxTokens: 1000 } }, '`maxTokens` must be']
      ]) {
        await assert.rejects(indexFolder(client, folder, options), ({ message: text }) => {
          assert.ok(text.includes(message), text)
          return true
        })
      }
      await assert.rejects(indexFolder(client, path.join(folder, 'a.txt'), textsOnly), /No such folder: /)
      await assert.rejects(indexFolder(client, path.join(folder, 'gone'), textsOnly), /No such folder: /)
      assert.deepEqual(await client.getCollections(), { collections: [] })
    }))
})
