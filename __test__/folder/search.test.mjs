import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, it } from 'node:test'

import { indexFolder, searchFiles, unloadModel } from '../../index.js'
import { imageModel } from '../embedding/helpers.mjs'
import { withHub } from '../embedding/hub.mjs'
import { withFolder } from '../helpers.mjs'
import {
  BREAD,
  both,
  COLOURS,
  clip,
  colourWords,
  DOG,
  imagesOnly,
  LOOP,
  meanColour,
  textsOnly,
  withFiles
} from './helpers.mjs'

const names = (matches) => matches.map(({ file }) => path.basename(file))

describe('searchFiles', () => {
  it('finds the images that are most similar to one, best first', () =>
    withFiles(
      {
        'cat.jpg': { photo: 'cat/original.jpg' },
        'light.jpg': { photo: 'cat/light.jpg' },
        'coins.jpg': { photo: 'coins/original.jpg' },
        'a.txt': DOG
      },
      async (client, folder) => {
        await indexFolder(client, folder, both)
        const image = path.join(folder, 'cat.jpg')
        for (const query of [{ image }, { image: await readFile(image) }]) {
          const found = await searchFiles(client, query, { limit: 2 })
          assert.equal(found.texts, null)
          assert.deepEqual(names(found.images), ['cat.jpg', 'light.jpg'])
          assert.ok(found.images[0].score > 0.9999 && found.images[1].score < found.images[0].score)
          assert.equal(found.images[0].payload.image_path, image)
        }
      }
    ))

  it('finds the chunks of texts that are about words', () =>
    withFiles({ 'a.md': `${LOOP}\n\n${DOG}\n`, 'b.txt': BREAD }, async (client, folder) => {
      await indexFolder(client, folder, textsOnly)
      for (const query of ['my puppy plays by the sea', { text: 'my puppy plays by the sea' }]) {
        const { images, texts } = await searchFiles(client, query)
        assert.equal(images, null)
        const [{ file, text, start, end, score, id }] = texts
        assert.equal(file, path.join(folder, 'a.md'))
        assert.equal(text, DOG)
        assert.equal((await readFile(file, 'utf8')).slice(start, end), DOG)
        assert.ok(score > 0 && score <= 1)
        assert.match(id, /^[0-9a-f-]{36}$/)
      }
      const { texts } = await searchFiles(client, 'cook dinner in the kitchen', { limit: 1 })
      assert.deepEqual(names(texts), ['b.txt'])
      const filter = { must: [{ key: 'text_path', match: { value: path.join(folder, 'b.txt') } }] }
      const filtered = await searchFiles(client, 'my puppy plays by the sea', { filter })
      assert.deepEqual(names(filtered.texts), ['b.txt'])
    }))

  it('finds images by words with the text half of CLIP', () =>
    withHub(clip, () =>
      withFolder((cacheDir) =>
        withFiles(COLOURS, async (client, folder) => {
          try {
            const downloads = new Set()
            const onProgress = ({ phase, file }) => phase === 'download' && downloads.add(file)
            await indexFolder(client, folder, { texts: false, cacheDir, onProgress })
            assert.ok(downloads.has('model.onnx') || downloads.has('preprocessor_config.json'))
            const { config } = await client.getCollection('images')
            assert.equal(config.metadata.model, 'Qdrant/clip-ViT-B-32-vision')
            for (const [words, best] of [
              ['red', 'fire.png'],
              ['green', 'grass.png'],
              ['blue', 'sea.png'],
              ['yellow', 'sun.png']
            ]) {
              const { images, texts } = await searchFiles(client, words, { cacheDir })
              assert.equal(texts, null)
              assert.equal(names(images)[0], best)
            }
          } finally {
            await unloadModel()
          }
        })
      )
    ))

  it('finds images by words with the text model that it is given', () =>
    withFiles(COLOURS, async (client, folder) => {
      const images = { model: meanColour, textModel: colourWords }
      await indexFolder(client, folder, { images, texts: false })
      const found = await searchFiles(client, 'blue', { images, limit: 1 })
      assert.deepEqual(names(found.images), ['sea.png'])
    }))

  it('searches what words can find, and says why there is nothing to search', () =>
    withFiles({ 'cat.jpg': { photo: 'cat/original.jpg' }, 'a.txt': DOG }, async (client, folder) => {
      await assert.rejects(
        searchFiles(client, 'dog'),
        /^Error: No collection "images" there; No collection "texts" there$/
      )
      await indexFolder(client, folder, imagesOnly)
      await assert.rejects(
        searchFiles(client, 'dog'),
        /Words find no images of the model efficientnet-lite0 .*; No collection "texts" there \(there is: images\)/
      )
      await indexFolder(client, folder, textsOnly)
      const found = await searchFiles(client, 'dog')
      assert.equal(found.images, null)
      assert.deepEqual(names(found.texts), ['a.txt'])
    }))

  it('refuses what is no query, and names what is wrong', () =>
    withFiles({ 'cat.jpg': { photo: 'cat/original.jpg' }, 'a.txt': DOG }, async (client, folder) => {
      await indexFolder(client, folder, imagesOnly)
      for (const query of [undefined, null, 7, {}, { text: 'dog', image: 'cat.jpg' }, { image: 7 }]) {
        await assert.rejects(searchFiles(client, query), /`query` has to be words/)
      }
      const file = path.join(folder, 'a.txt')
      await assert.rejects(searchFiles(client, { image: file }), ({ message }) => {
        assert.ok(message.startsWith(`${file}: is not a JPEG`), message)
        return true
      })
      const image = path.join(folder, 'cat.jpg')
      await assert.rejects(
        searchFiles(client, { image }, { limit: 0 }),
        /`limit` has to be a whole number, at least 1/
      )
      await assert.rejects(
        searchFiles(client, { image }, { images: { model: 'Qdrant/resnet50-onnx' } }),
        /made with the model efficientnet-lite0/
      )
      const reason = new Error('enough')
      const options = { signal: AbortSignal.abort(reason), images: { model: imageModel } }
      await assert.rejects(searchFiles(client, { image }, options), reason)
    }))
})
