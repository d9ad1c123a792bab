import assert from 'node:assert/strict'
import { readdir, readFile, realpath, rm } from 'node:fs/promises'
import path from 'node:path'
import test from 'node:test'
import { connect } from '../../index.js'
import { textModel } from '../embedding/helpers.mjs'
import { withHub } from '../embedding/hub.mjs'
import { COLOURS, clip, put } from '../folder/helpers.mjs'
import { model, run, withPhotos } from './helpers.mjs'

const PHOTOS = { 'cat.jpg': 'cat/original.jpg', 'coins.jpg': 'coins/original.jpg' }
const DOG = 'A dog runs on the beach.'
const LOOP = 'The compiler is in a loop, and the program crashes.'
const TEXT_ARGS = ['--texts', '--text-model', textModel.path]
const windows = process.platform === 'win32'

const writeNotes = (folder, notes) => put(path.join(folder, 'photos'), notes)

/** How many points each collection has. */
async function counted(folder) {
  const client = await connect({ path: path.join(folder, 'qdrant_data') })
  try {
    const { collections } = await client.getCollections()
    const counts = {}
    for (const { name } of collections) counts[name] = (await client.count(name)).count
    return counts
  } finally {
    await client.close()
  }
}

/** Calls `then` once the stream has had a text; `from` is where to look for it. */
function when(stream, expected, then) {
  let text = ''
  const listen = (chunk) => {
    text += chunk
    if (!expected.test(text)) return
    stream.off('data', listen)
    then()
  }
  stream.on('data', listen)
}

test('index_stores_texts_when_asked_to_and_search_finds_their_chunks_by_words', () =>
  withPhotos(PHOTOS, async (folder) => {
    await writeNotes(folder, { 'a.md': `${LOOP}\n\n${DOG}\n`, 'deep/b.txt': LOOP })
    const indexed = await run(folder, ['index', 'photos', '--model', model, ...TEXT_ARGS])
    assert.equal(indexed.code, 0, indexed.stderr)
    assert.match(indexed.stdout, /^2 images: 2 indexed, 0 unchanged, 0 skipped, in /)
    assert.match(indexed.stdout, /^2 texts: 2 indexed, 0 unchanged, 0 skipped, in /m)
    assert.match(indexed.stdout, /^collection: texts in /m)
    assert.deepEqual(await counted(folder), { images: 2, texts: 3 })

    const found = await run(folder, ['search', '--text', 'my puppy plays by the sea', '--top', '2'])
    assert.equal(found.code, 0, found.stderr)
    const lines = found.stdout.trimEnd().split('\n')
    assert.equal(lines.length, 2)
    const file = await realpath(path.join(folder, 'photos', 'a.md'))
    assert.match(lines[0], /^#0 id=[0-9a-f-]{36} score=\d\.\d{4} path=/)
    assert.ok(lines[0].endsWith(`path=${file} at=53-77 text=${DOG}`), lines[0])
    assert.deepEqual((await readdir(folder)).sort(), ['photos', 'qdrant_data'])

    const like = await run(folder, ['search', path.join('photos', 'cat.jpg'), '--no-html'])
    assert.match(like.stdout, /^#0 .*cat\.jpg\n#1 .*coins\.jpg\n$/)
  }))

test('search_finds_images_by_words_with_CLIP_and_puts_the_words_on_the_contact_sheet', () =>
  withHub(clip, (hub) =>
    withPhotos({}, async (folder) => {
      const env = { HF_ENDPOINT: hub.endpoint, HF_HOME: path.join(folder, 'models') }
      await put(path.join(folder, 'pictures'), COLOURS)
      const indexed = await run(folder, ['index', 'pictures'], undefined, env)
      assert.equal(indexed.code, 0, indexed.stderr)
      assert.match(indexed.stdout, /^4 images: 4 indexed/)
      assert.match(indexed.stderr, /^Downloading the model: 100 %/m)
      const { code, stdout, stderr } = await run(folder, ['search', '--text', 'Yellow'], undefined, env)
      assert.equal(code, 0, stderr)
      assert.match(stdout, /^#0 id=\S+ score=\S+ path=.*sun\.png\n/)
      assert.match(stderr, /^model: Qdrant\/clip-ViT-B-32-vision\n/m)
      const page = await readFile(path.join(folder, 'contact-sheet.html'), 'utf8')
      assert.match(page, /<h1>Yellow<\/h1>/)
      assert.equal(page.match(/<img src="data:image\/png;base64,/g).length, 4)
    })
  ))

test('index_deletes_the_points_of_files_that_are_gone', () =>
  withPhotos(PHOTOS, async (folder) => {
    await run(folder, ['index', 'photos', '--model', model])
    await rm(path.join(folder, 'photos', 'cat.jpg'))
    const { code, stdout } = await run(folder, ['index', 'photos'])
    assert.equal(code, 0)
    assert.match(stdout, /^1 images: 0 indexed, 1 unchanged, 0 skipped, 1 removed, in /)
    await rm(path.join(folder, 'photos', 'coins.jpg'))
    const none = await run(folder, ['index', 'photos'])
    assert.equal(none.code, 0, none.stderr)
    assert.match(none.stdout, /^0 images: .* 1 removed/)
    const empty = await run(folder, ['index', 'photos'])
    assert.equal(empty.code, 1)
    assert.match(empty.stderr, /^qdrant-embedded: No images in .*\n$/)
    assert.deepEqual(await counted(folder), { images: 0 })
  }))

test('index_follows_the_folder_until_it_is_interrupted', { skip: windows && 'there are no signals' }, () =>
  withPhotos(PHOTOS, async (folder) => {
    const args = ['index', 'photos', '--model', model, ...TEXT_ARGS, '--watch']
    const { code, stdout, stderr } = await run(folder, args, (child) => {
      when(child.stderr, /^Watching .*\n/m, async () => {
        when(child.stdout, /^\+ .*new\.txt\n/m, async () => {
          when(child.stdout, /^- .*cat\.jpg\n/m, () => child.kill('SIGINT'))
          await rm(path.join(folder, 'photos', 'cat.jpg'))
        })
        await writeNotes(folder, { 'sub/new.txt': DOG })
      })
    })
    assert.equal(code, 130, stderr)
    assert.match(stdout, /^2 images: 2 indexed/)
    assert.match(stdout, /^0 texts: 0 indexed/m)
    assert.match(stderr, /\nInterrupted\n$/)
    assert.doesNotMatch(stderr, /qdrant-embedded:|warning/)
    assert.deepEqual(await counted(folder), { images: 1, texts: 1 })
  })
)

test('a_search_by_words_that_cannot_be_made_says_why', () =>
  withPhotos(PHOTOS, async (folder) => {
    await run(folder, ['index', 'photos', '--model', model])
    for (const [args, code, expected] of [
      [['search', '--text', 'dog'], 1, 'Words find no images of the model efficientnet-lite0'],
      [
        ['search', '--text', 'dog', '--collection', 'x'],
        1,
        'No collection "x" there; No collection "texts" there'
      ],
      [['search', '--text', 'dog', 'cat.jpg'], 2, "Option '--text' stands in place of the image"],
      [['search', '--text='], 2, "Option '--text' is empty"]
    ]) {
      const result = await run(folder, args)
      assert.ok(result.stderr.includes(expected), result.stderr)
      assert.match(result.stderr, /^qdrant-embedded: .*\n$/)
      assert.equal(result.stdout, '')
      assert.equal(result.code, code)
    }
  }))
