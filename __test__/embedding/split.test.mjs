import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'

import { splitText, unloadModel } from '../../index.js'
import { refusal, withFolder } from '../helpers.mjs'
import { repository, textModel } from './helpers.mjs'
import { withHub } from './hub.mjs'

// The model takes 16 tokens, two of which it adds; each word or punctuation mark has one, an unknown word, too.
const model = textModel
const ROOM = 14
const tokens = (text) => text.match(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu)?.length ?? 0

const story = `The dog runs on the beach by the sea. The cat sleeps in the kitchen, and the bird sings.

My puppy plays with a wave of the ocean! Is the water sweet, or is it salt? Bread and cheese
are on the boat with the cook. Dinner is at the shore.\r\n\r\n
A list of animals
- the horse runs
- the kitten plays
- the puppy barks
`

/** Asserts what is true of the chunks of any text, and gives their texts. */
function assertChunks(chunks, text, { room = ROOM, overlap = 1 } = {}) {
  let covered = 0
  let last = { start: -1, end: 0 }
  for (const chunk of chunks) {
    assert.equal(text.slice(chunk.start, chunk.end), chunk.text)
    assert.equal(chunk.text.trim(), chunk.text)
    assert.ok(tokens(chunk.text) <= room, `${tokens(chunk.text)} tokens: ${chunk.text}`)
    assert.ok(chunk.start > last.start && chunk.end > last.end, 'chunks go forward')
    assert.equal(text.slice(covered, Math.max(covered, chunk.start)).trim(), '', 'nothing is left out')
    assert.ok(tokens(text.slice(chunk.start, Math.max(chunk.start, covered))) <= overlap, 'repeats too much')
    covered = chunk.end
    last = chunk
  }
  assert.equal(text.slice(covered).trim(), '')
  return chunks.map(({ text }) => text)
}

describe('splitText', () => {
  it('ends chunks with paragraphs, else sentences, else lines, else words', async () => {
    const chunks = await splitText(story, { model, overlap: 0 })
    assert.deepEqual(assertChunks(chunks, story, { overlap: 0 }), [
      'The dog runs on the beach by the sea.',
      'The cat sleeps in the kitchen, and the bird sings.',
      'My puppy plays with a wave of the ocean!',
      'Is the water sweet, or is it salt?',
      'Bread and cheese\nare on the boat with the cook.',
      'Dinner is at the shore.\r\n\r\n\nA list of animals\n- the horse runs',
      '- the kitten plays\n- the puppy barks'
    ])
    const words = 'dog '.repeat(30)
    assert.deepEqual(
      assertChunks(await splitText(words, { model, overlap: 0 }), words, { overlap: 0 }).map(tokens),
      [14, 14, 2]
    )
  })

  it('gives a short text whole, and nothing of a blank one', async () => {
    assert.deepEqual(await splitText('  A dog.\n', { model }), [{ text: 'A dog.', start: 2, end: 8 }])
    for (const blank of ['', ' \n\t ']) assert.deepEqual(await splitText(blank, { model }), [])
  })

  it('repeats the end of a chunk in the next one, as much as asked', async () => {
    const numbers = Array.from({ length: 40 }, (_, index) => `n${index}`).join(' ')
    for (const overlap of [1, 3, 7]) {
      const chunks = assertChunks(await splitText(numbers, { model, overlap }), numbers, { overlap })
      for (const [index, chunk] of chunks.slice(1).entries()) {
        const repeated = chunks[index].split(' ').slice(-overlap)
        assert.deepEqual(chunk.split(' ').slice(0, overlap), repeated)
      }
    }
    assertChunks(await splitText(story, { model, overlap: 5 }), story, { overlap: 5 })
  })

  it('counts in UTF-16, whatever the language, and splits no character', async () => {
    const family = '👩‍👩‍👧‍👦'
    const texts = [
      `${family} 🐕 runs. `.repeat(20),
      '狗在海滩上奔跑。猫在厨房里睡觉,鸟在唱歌。'.repeat(10),
      'สุนัขวิ่ง บนชายหาด '.repeat(20),
      'e\u0301te\u0301 '.repeat(50),
      `${'x'.repeat(5000)} dog ${'-'.repeat(100)}`
    ]
    for (const text of texts) {
      for (const maxTokens of [5, 16]) {
        const chunks = await splitText(text, { model, maxTokens, overlap: 0 })
        const graphemes = new Intl.Segmenter().segment(text)
        let covered = 0
        for (const { start, end, text: chunk } of chunks) {
          assert.equal(text.slice(start, end), chunk)
          assert.equal(text.slice(covered, start).trim(), '')
          assert.equal(graphemes.containing(start).index, start)
          assert.ok(end === text.length || graphemes.containing(end).index === end)
          covered = end
        }
        assert.equal(text.slice(covered).trim(), '')
        assert.ok(chunks.length > 1)
      }
    }
  })

  it('has no text too long for it', async () => {
    const long = `${story}\n`.repeat(500)
    assertChunks(await splitText(long, { model }), long)
  })

  it('refuses sizes that the model does not take', async () => {
    for (const maxTokens of [2, 17]) {
      const message = '`maxTokens` must be between 3 and 16 for model folder'
      await assert.rejects(splitText('dog', { model, maxTokens }), refusal(400, message))
    }
    await assert.rejects(splitText('dog', { model, overlap: 8 }), refusal(400, '`overlap` must be at most 7'))
    await assert.rejects(splitText('dog', { model, overlap: -1 }), refusal(400, '`overlap` must be'))
    await assert.rejects(
      splitText('dog', { model, maxTokens: 'all' }),
      refusal(400, '`maxTokens` must be a number')
    )
    await assert.rejects(splitText(7, { model }), refusal(400, '`text` must be a string'))
  })

  it('needs of a model no more than its tokenizer', () => {
    const name = 'Qdrant/clip-ViT-B-32-text'
    const files = ['tokenizer.json', 'tokenizer_config.json']
    return withHub({ [name]: repository(textModel, files) }, (hub) =>
      withFolder(async (cacheDir) => {
        const chunks = await splitText(story, { cacheDir })
        assert.deepEqual(chunks, await splitText(story, { model }))
        assert.deepEqual(hub.served.map(({ file }) => file).sort(), files)
        await splitText(story, { cacheDir, model: 'clip', localFilesOnly: true })
        assert.equal(hub.served.length, files.length)
        assert.equal(await unloadModel(name), 0)
      })
    )
  })

  const folder = process.env.QDRANT_EMBEDDED_TEXT_MODEL
  const skip = !folder && 'set QDRANT_EMBEDDED_TEXT_MODEL to a folder with a text model'
  it('splits for a full-size model', { skip }, async () => {
    const text = await readFile(join(import.meta.dirname, '../../README.md'), 'utf8')
    const chunks = await splitText(text, { model: { path: folder } })
    assertChunks(chunks, text, { room: Infinity, overlap: Infinity })
    assert.ok(chunks.length > 1)
  })
})
