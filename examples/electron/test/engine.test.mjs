import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { MODEL, PHOTOGRAPHS, somePhotographs, temporaryFolder } from './helpers.mjs'

const { openGallery } = await import('../engine/gallery.mjs')

async function gallery(t) {
  const opened = await openGallery({ data: temporaryFolder(), model: MODEL })
  t.after(() => opened.close())
  return opened
}

test('a_folder_is_indexed_once_and_follows_what_happens_to_its_pictures', async (t) => {
  const opened = await gallery(t)
  const folder = await opened.chooseFolder(somePhotographs('cat', 'coins'))
  const steps = []
  const first = await opened.indexFolder(folder, { onProgress: (state) => steps.push(state) })
  assert.deepEqual(first, { found: 12, indexed: 12, unchanged: 0, removed: 0, skipped: [] })
  assert.deepEqual(steps[0], { phase: 'embed', done: 0, total: 12 })
  assert.deepEqual(steps.at(-1), { phase: 'embed', done: 12, total: 12 })

  const again = await opened.indexFolder(folder)
  assert.deepEqual(again, { found: 12, indexed: 0, unchanged: 12, removed: 0, skipped: [] })

  fs.rmSync(path.join(folder, 'coins/crop.jpg'))
  fs.copyFileSync(path.join(PHOTOGRAPHS, 'rocket/crop.jpg'), path.join(folder, 'rocket.jpg'))
  fs.writeFileSync(path.join(folder, 'damaged.jpg'), 'not a picture')
  const { skipped, ...changed } = await opened.indexFolder(folder)
  assert.deepEqual(changed, { found: 13, indexed: 1, unchanged: 11, removed: 1 })
  assert.deepEqual(
    skipped.map(({ name }) => name),
    ['damaged.jpg']
  )
  assert.equal((await opened.client.count(opened.model.collection)).count, 12)
})

test('a_folder_without_pictures_is_no_mistake', async (t) => {
  const opened = await gallery(t)
  const folder = await opened.chooseFolder(temporaryFolder())
  const result = await opened.indexFolder(folder)
  assert.deepEqual(result, { found: 0, indexed: 0, unchanged: 0, removed: 0, skipped: [] })
})

test('indexing_that_was_stopped_goes_on_where_it_was', async (t) => {
  const opened = await gallery(t)
  const folder = await opened.chooseFolder(somePhotographs('cat', 'coins', 'rocket'))
  const controller = new AbortController()
  const onProgress = ({ done }) => done > 0 && controller.abort(new Error('enough'))
  await assert.rejects(opened.indexFolder(folder, { onProgress, signal: controller.signal }), /enough/)
  const { indexed, unchanged } = await opened.indexFolder(folder)
  assert.ok(unchanged > 0)
  assert.equal(indexed + unchanged, 18)
})

test('the_page_reaches_only_what_the_user_has_chosen', async (t) => {
  const opened = await gallery(t)
  const { allow, functions } = opened.forPage()
  const folder = somePhotographs('cat')
  await assert.rejects(functions.indexFolder(folder), /was not chosen/)
  await assert.rejects(functions.embedPicture(path.join(folder, 'cat/crop.jpg')), /A picture is bytes/)
  assert.deepEqual(
    allow.filter((name) => !['collectionExists', 'count', 'facet', 'query', 'scroll'].includes(name)),
    []
  )
  assert.equal(await opened.pictureFile('../../etc/passwd'), null)
  await opened.indexFolder(await opened.chooseFolder(folder))
  const { points } = await opened.client.scroll(opened.model.collection, { limit: 1, with_payload: true })
  assert.equal(await opened.pictureFile(points[0].id), points[0].payload.file)

  await functions.forgetFolder(folder)
  assert.equal(await opened.pictureFile(points[0].id), null)
})
