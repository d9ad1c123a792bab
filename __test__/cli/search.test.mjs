import assert from 'node:assert/strict'
import { readdir, readFile, realpath, rm } from 'node:fs/promises'
import path from 'node:path'
import test from 'node:test'
import { model, photographs, run, withPhotos } from './helpers.mjs'

const PHOTOS = {
  'cat.jpg': 'cat/original.jpg',
  'cat, later.jpg': 'cat/light.jpg',
  'rocket.jpg': 'rocket/original.jpg',
  'coins.jpg': 'coins/original.jpg',
  'pagoda.jpg': 'pagoda/original.jpg'
}
const LINE = /^#(\d+) id=([0-9a-f-]{36}) score=(\d\.\d{4}) path=(.+)$/

/** Calls `use` with a folder whose photos are indexed. */
const withIndexed = (photos, use) =>
  withPhotos(photos, async (folder) => {
    const { code, stderr } = await run(folder, ['index', 'photos', '--model', model])
    assert.equal(code, 0, stderr)
    await use(folder)
  })

test('search_prints_the_most_similar_images_best_first', () =>
  withIndexed(PHOTOS, async (folder) => {
    const query = path.join(photographs, 'cat', 'crop.jpg')
    const { code, stdout, stderr } = await run(folder, ['search', query, '--top', '3'])
    assert.equal(code, 0, stderr)
    const matches = stdout
      .trimEnd()
      .split('\n')
      .map((line) => LINE.exec(line))
    assert.ok(matches.every(Boolean), stdout)
    assert.deepEqual(
      matches.map(([, rank]) => rank),
      ['0', '1', '2']
    )
    const photos = await realpath(path.join(folder, 'photos'))
    const best = matches.slice(0, 2).map(([, , , , file]) => path.relative(photos, file))
    assert.deepEqual(best.sort(), ['cat, later.jpg', 'cat.jpg'])
    const scores = matches.map(([, , , score]) => Number(score))
    assert.deepEqual(
      scores,
      [...scores].sort((a, b) => b - a)
    )
  }))

test('an_indexed_image_finds_itself_with_score_1', () =>
  withIndexed(PHOTOS, async (folder) => {
    const { stdout } = await run(folder, ['search', path.join('photos', 'coins.jpg'), '--no-html'])
    assert.match(stdout, /^#0 id=\S+ score=1\.0000 path=.*coins\.jpg\n/)
    assert.equal(stdout.trimEnd().split('\n').length, 5)
    assert.deepEqual((await readdir(folder)).sort(), ['photos', 'qdrant_data'])
  }))

test('the_contact_sheet_is_one_file_that_holds_its_pictures', () =>
  withIndexed(PHOTOS, async (folder) => {
    const args = ['search', path.join('photos', 'cat.jpg'), '--top', '2']
    const { stderr } = await run(folder, args)
    assert.match(stderr, /^contact sheet: .*contact-sheet\.html$/m)
    const page = await readFile(path.join(folder, 'contact-sheet.html'), 'utf8')
    assert.equal(page.match(/<img src="data:image\/jpeg;base64,/g).length, 3)
    assert.doesNotMatch(page, /<script|<link|src="(?!data:)|url\(/)
    const picture = (await readFile(path.join(folder, 'photos', 'cat.jpg'))).toString('base64')
    assert.equal(page.split(picture).length, 3)
    for (const score of page.matchAll(/<b>([\d.]+)<\/b>/g)) assert.match(score[1], /^\d\.\d{4}$/)

    await run(folder, [...args, '--html', 'other.html'])
    assert.equal(await readFile(path.join(folder, 'other.html'), 'utf8'), page)
  }))

test('names_are_shown_on_the_contact_sheet_as_they_are', { skip: process.platform === 'win32' }, () =>
  withIndexed({ '<i>"Katze" & \'Ä\' #1?.jpg': 'cat/original.jpg' }, async (folder) => {
    await run(folder, ['search', path.join(photographs, 'cat', 'crop.jpg')])
    const page = await readFile(path.join(folder, 'contact-sheet.html'), 'utf8')
    assert.ok(page.includes('&lt;i&gt;&quot;Katze&quot; &amp; &#39;Ä&#39; #1?.jpg</p>'))
    assert.ok(page.includes('%3Ci%3E%22Katze%22%20&amp;%20'))
    assert.doesNotMatch(page, /<i>"Katze/)
  })
)

test('a_match_whose_file_is_gone_is_still_listed', () =>
  withIndexed(PHOTOS, async (folder) => {
    await rm(path.join(folder, 'photos', 'cat.jpg'))
    const { code, stdout } = await run(folder, ['search', path.join(photographs, 'cat', 'original.jpg')])
    assert.equal(code, 0)
    assert.match(stdout, /^#0 .*cat\.jpg\n/)
    assert.match(
      await readFile(path.join(folder, 'contact-sheet.html'), 'utf8'),
      /The file is no longer there/
    )
  }))

test('a_search_that_cannot_be_made_says_why', () =>
  withIndexed(PHOTOS, async (folder) => {
    const image = path.join('photos', 'cat.jpg')
    for (const [args, expected] of [
      [['search', image, '--collection', 'other'], 'No collection "other" there (there is: images)'],
      [['search', 'package.json'], 'No such file: package.json'],
      [['search', image, '--collection', '../x'], 'No collection "../x" there'],
      [['search', image, '--model', 'Qdrant/clip-ViT-B-32-vision'], 'made with the model efficientnet-lite0'],
      [['search', image, '--path', 'photos'], 'photos'],
      [['search', path.join('qdrant_data', 'format.json')], 'format.json: is not a']
    ]) {
      const { code, stdout, stderr } = await run(folder, args)
      assert.ok(stderr.includes(expected), stderr)
      assert.match(stderr, /^qdrant-embedded: .*\n$/)
      assert.equal(stdout, '')
      assert.equal(code, 1)
    }
  }))
