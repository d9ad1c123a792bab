import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, realpath, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import test from 'node:test'
import { connect } from '../../index.js'
import { model, photographs, run, withPhotos } from './helpers.mjs'

const THREE = {
  'cat.jpg': 'cat/original.jpg',
  'deep/er/Rocket.JPG': 'rocket/crop.jpg',
  'coins.jpeg': 'coins/small.jpg'
}

/** Calls `use` with a client of what the command has stored. */
async function withStored(folder, use) {
  const client = await connect({ path: path.join(folder, 'qdrant_data') })
  try {
    return await use(client)
  } finally {
    await client.close()
  }
}

/** All points of the collection `images`. */
async function stored(folder) {
  const scroll = (client) => client.scroll('images', { limit: 1000, with_vector: true })
  return (await withStored(folder, scroll)).points
}

test('index_stores_one_point_per_image_with_its_path_and_remembers_the_model', () =>
  withPhotos(THREE, async (folder) => {
    const { code, stdout, stderr } = await run(folder, ['index', 'photos', '--model', model])
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^3 images: 3 indexed, 0 unchanged, 0 skipped, in /)
    assert.match(stdout, /^model: efficientnet-lite0 /m)
    assert.match(stderr, /^Embedding: 100 % · 3 of 3/m)

    const points = await stored(folder)
    const photos = await realpath(path.join(folder, 'photos'))
    assert.deepEqual(
      points.map(({ payload }) => path.relative(photos, payload.image_path)).sort(),
      Object.keys(THREE)
        .map((name) => path.normalize(name))
        .sort()
    )
    assert.ok(points.every(({ vector }) => vector.length === 1280))
    const { config } = await withStored(folder, (client) => client.getCollection('images'))
    assert.equal(config.metadata.model, 'efficientnet-lite0')
  }))

test('indexing_again_adds_nothing_twice_and_embeds_only_what_has_another_content', () =>
  withPhotos(THREE, async (folder) => {
    await run(folder, ['index', 'photos', '--model', model])
    const before = await stored(folder)
    const again = await run(folder, ['index', path.join(folder, 'photos', '..', 'photos')])
    assert.match(again.stdout, /^3 images: 0 indexed, 3 unchanged, 0 skipped/)
    assert.deepEqual(await stored(folder), before)

    await writeFile(
      path.join(folder, 'photos', 'new.png'),
      await readFile(path.join(photographs, 'pagoda/crop.jpg'))
    )
    await writeFile(
      path.join(folder, 'photos', 'cat.jpg'),
      await readFile(path.join(photographs, 'dahlia/crop.jpg'))
    )
    await utimes(path.join(folder, 'photos', 'coins.jpeg'), new Date(), new Date('2001-02-03'))
    const changed = await run(folder, ['index', 'photos'])
    assert.match(changed.stdout, /^4 images: 2 indexed, 2 unchanged, 0 skipped/)
    assert.equal((await stored(folder)).length, 4)
  }))

test('files_that_are_no_images_are_skipped_each_with_a_warning', () =>
  withPhotos(THREE, async (folder) => {
    const photos = path.join(folder, 'photos')
    await writeFile(path.join(photos, 'broken.jpg'), 'not an image')
    await writeFile(path.join(photos, 'empty.png'), '')
    await writeFile(path.join(photos, 'notes.txt'), 'not looked at')
    await writeFile(path.join(photos, '.hidden.jpg'), 'not looked at')
    const { code, stdout, stderr } = await run(folder, ['index', 'photos', '--model', model])
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^5 images: 3 indexed, 0 unchanged, 2 skipped/)
    assert.match(stderr, /^warning: .*broken\.jpg/m)
    assert.match(stderr, /^warning: .*empty\.png/m)
    assert.equal(stderr.match(/warning:/g).length, 2)
    assert.equal((await stored(folder)).length, 3)
  }))

test('index_fails_when_no_image_could_be_indexed', () =>
  withPhotos({}, async (folder) => {
    await writeFile(path.join(folder, 'broken.jpg'), 'not an image')
    const { code, stderr } = await run(folder, ['index', '.', '--model', model])
    assert.equal(code, 1)
    assert.match(stderr, /^qdrant-embedded: None of the images in .* could be indexed$/m)
    const listed = await withStored(folder, (client) => client.getCollections())
    assert.deepEqual(listed, { collections: [] })
  }))

test('a_collection_refuses_another_model_and_other_vectors', () =>
  withPhotos(THREE, async (folder) => {
    await run(folder, ['index', 'photos', '--model', model])
    const other = path.join(folder, 'other-model')
    await mkdir(other)
    await writeFile(path.join(other, 'model.onnx'), 'another model')
    const refused = await run(folder, ['index', 'photos', '--model', other])
    assert.equal(refused.code, 1)
    assert.match(
      refused.stderr,
      /^qdrant-embedded: Collection "images" was made with the model efficientnet-lite0, not other-model .*\n$/
    )

    await withStored(folder, (client) =>
      client.createCollection('small', { vectors: { size: 4, distance: 'Cosine' } })
    )
    const small = await run(folder, ['index', 'photos', '--model', model, '--collection', 'small'])
    assert.equal(small.code, 1)
    assert.match(small.stderr, /Collection "small" holds vectors of 4 numbers, the model .* makes 1280/)
  }))

test('a_model_that_is_not_there_is_named', () =>
  withPhotos(THREE, async (folder) => {
    for (const [name, expected] of [
      ['./missing', 'No such model folder: ./missing'],
      ['photos', 'No model.onnx in the model folder '],
      ['no-such-model', 'no-such-model']
    ]) {
      const { code, stderr } = await run(folder, ['index', 'photos', '--model', name])
      assert.equal(code, 1)
      assert.match(stderr, /^qdrant-embedded: .*\n$/)
      assert.ok(stderr.includes(expected), stderr)
    }
  }))

test('a_storage_folder_held_by_another_process_is_refused_with_its_pid', () =>
  withPhotos(THREE, (folder) =>
    withStored(folder, async (client) => {
      const { code, stdout, stderr } = await run(folder, ['index', 'photos', '--model', model])
      assert.equal(code, 1)
      assert.equal(stdout, '')
      assert.match(stderr, new RegExp(`^qdrant-embedded: .*\\b${process.pid}\\b.*\n$`))
      assert.deepEqual(await client.getCollections(), { collections: [] })
    })
  ))

test(
  'an_interrupted_run_keeps_what_it_indexed_and_goes_on_later',
  { skip: process.platform === 'win32' },
  () =>
    withPhotos({ '.': '.' }, async (folder) => {
      const total = (await readdir(photographs)).length * 6
      const first = await run(folder, ['index', 'photos', '--model', model], (child) =>
        child.stderr.once('data', () => child.kill('SIGINT'))
      )
      assert.equal(first.code, 130, first.stderr)
      assert.doesNotMatch(first.stderr, /Error|qdrant-embedded:/)
      const kept = (await stored(folder)).length
      assert.ok(kept > 0 && kept < total, `${kept} of ${total}`)

      const second = await run(folder, ['index', 'photos'])
      assert.match(
        second.stdout,
        new RegExp(`^${total} images: ${total - kept} indexed, ${kept} unchanged, 0 skipped`)
      )
      assert.equal((await stored(folder)).length, total)
    })
)
