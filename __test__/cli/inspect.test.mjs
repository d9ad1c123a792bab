import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import test from 'node:test'
import { connect } from '../../index.js'
import { withFolder } from '../helpers.mjs'
import { run } from './helpers.mjs'

/** Calls `use` with the storage folder `data` of a folder, which has been filled and closed. */
const withStorage = (use) =>
  withFolder(async (folder) => {
    const client = await connect({ path: path.join(folder, 'data') })
    await client.createCollection('notes', {
      vectors: { title: { size: 4, distance: 'Dot', on_disk: true }, body: { size: 8, distance: 'Cosine' } },
      sparse_vectors: { words: {} },
      quantization_config: { scalar: { type: 'int8' } }
    })
    const points = Array.from({ length: 1234 }, (_, id) => ({
      id,
      vector: { title: [1, 2, 3, id] },
      payload: { kind: 'a' }
    }))
    await client.upsert('notes', { points })
    await client.createPayloadIndex('notes', { field_name: 'kind', field_schema: 'keyword' })
    await client.createCollection('empty', { vectors: { size: 4, distance: 'Euclid' } })
    await client.updateCollectionAliases({
      actions: [{ create_alias: { collection_name: 'notes', alias_name: 'diary' } }]
    })
    const info = await client.getCollection('notes')
    await client.close()
    await use(folder, info)
  })

const inspectJson = async (folder) => {
  const { code, stdout, stderr } = await run(folder, ['inspect', 'data', '--json'])
  assert.equal(stderr, '')
  return { code, report: JSON.parse(stdout) }
}

test('inspect_shows_collections_with_points_vectors_index_and_aliases', () =>
  withStorage(async (folder) => {
    const { code, stdout, stderr } = await run(folder, ['inspect', 'data'])
    assert.equal(code, 0, stderr)
    for (const line of [
      /^ {2}format +1, written by qdrant-embedded \d/m,
      /^notes\n {2}aliases +diary\n {2}points +1,234 in \d segments?\n/m,
      /^ {2}vector +title, 4 numbers, Dot, on_disk=true$/m,
      /^ {2}vector +body, 8 numbers, Cosine$/m,
      /^ {2}vector +words, sparse/m,
      /^ {2}index +green: nothing is left to index; 0 vectors in indexes \(HNSW m=16, /m,
      /^ {2}quantized +scalar\.type=int8$/m,
      /^ {2}payload +kind: keyword index of 1,234 points$/m,
      /^ {2}on disk +[\d.]+ kB: .*vectors [\d.]+ kB/m,
      /^empty\n {2}points +0 in 1 segment\n {2}vector +\(unnamed\), 4 numbers, Euclid$/m
    ]) {
      assert.match(stdout, line)
    }
  }))

test('inspect_tells_of_a_collection_what_getCollection_tells', () =>
  withStorage(async (folder, info) => {
    const { code, report } = await inspectJson(folder)
    assert.equal(code, 0)
    assert.deepEqual(
      report.collections.map(({ name }) => name),
      ['empty', 'notes']
    )
    assert.deepEqual(report.collections[1].info, info)
    assert.deepEqual(report.aliases, { diary: 'notes' })
    assert.equal(report.path, path.join(folder, 'data'))
    assert.equal(report.error, null)
    assert.equal(report.lock, null)
  }))

const noDu = process.platform !== 'linux' && 'du of this system does not count in bytes'
test('the_disk_usage_is_that_of_allocated_blocks', { skip: noDu }, () =>
  withStorage(async (folder) => {
    const { report } = await inspectJson(folder)
    const data = path.join(folder, 'data')
    const allocated = (file) =>
      Number.parseInt(execFileSync('du', ['-s', '--block-size=1', file], { encoding: 'utf8' }), 10)
    // Some file systems settle on their blocks a little later; what is reserved is a hundred times as much.
    const assertNear = (bytes, expected) =>
      assert.ok(Math.abs(bytes - expected) <= expected / 10, `${bytes}, du says ${expected}`)
    assertNear(report.disk.bytes, allocated(data))
    const sum = (parts) => Object.values(parts).reduce((one, other) => one + other)
    for (const { name, disk } of report.collections) {
      assertNear(disk.bytes, allocated(path.join(data, 'collections', name)))
      assert.equal(disk.bytes, sum(disk.parts))
      assert.ok(disk.parts.log > 0 && disk.parts.vectors > 0)
    }
    assert.equal(report.disk.bytes, sum(report.disk.parts))
  })
)

test('a_locked_folder_is_shown_with_the_process_that_holds_it', () =>
  withStorage(async (folder) => {
    const client = await connect({ path: path.join(folder, 'data') })
    try {
      await client.updateCollectionAliases({
        actions: [{ create_alias: { alias_name: 'latest', collection_name: 'empty' } }]
      })
      const { code, report } = await inspectJson(folder)
      assert.equal(code, 1)
      assert.equal(report.lock.pid, process.pid)
      assert.equal(report.aliases.latest, 'empty')
      assert.match(report.error, /in use by another process/)
      assert.deepEqual(
        report.collections.map(({ name, info, disk }) => [name, info, disk.bytes > 0]),
        [
          ['empty', null, true],
          ['notes', null, true]
        ]
      )
      const { stdout } = await run(folder, ['inspect', 'data'])
      assert.match(stdout, new RegExp(`^  locked by +process ${process.pid}( \\(.*\\))?$`, 'm'))
    } finally {
      await client.close()
    }
  }))

test('aliases_that_cannot_be_read_do_not_keep_the_rest_from_being_shown', () =>
  withStorage(async (folder) => {
    const client = await connect({ path: path.join(folder, 'data') })
    try {
      await mkdir(path.join(folder, 'data', 'aliases'), { recursive: true })
      await writeFile(path.join(folder, 'data', 'aliases', 'data.json'), '{')
      assert.equal((await inspectJson(folder)).report.aliases, null)
      const { code, stdout } = await run(folder, ['inspect', 'data'])
      assert.equal(code, 1)
      assert.match(stdout, /notes/)
    } finally {
      await client.close()
    }
  }))

test('a_damaged_collection_is_shown_with_its_error_and_the_others_as_they_are', () =>
  withStorage(async (folder, info) => {
    await writeFile(path.join(folder, 'data', 'collections', 'empty', 'config.json'), '{')
    const { code, report } = await inspectJson(folder)
    assert.equal(code, 1)
    const [empty, notes] = report.collections
    assert.match(empty.error, /config\.json/)
    assert.equal(empty.info, null)
    assert.ok(empty.disk.bytes > 0)
    assert.deepEqual(notes.info, info)
    const { stdout } = await run(folder, ['inspect', 'data'])
    assert.match(stdout, /^empty\n {2}error +.*config\.json/m)
  }))

test('a_folder_of_another_format_is_shown_with_the_error_of_opening_it', () =>
  withStorage(async (folder) => {
    await writeFile(path.join(folder, 'data', 'format.json'), '{"format": 99, "written_by": "9.9.9"}')
    const { code, report } = await inspectJson(folder)
    assert.equal(code, 1)
    assert.match(report.error, /has format 99, written by qdrant-embedded 9\.9\.9/)
    assert.equal(report.collections.length, 2)
  }))

test('a_folder_of_somebody_else_is_refused_and_not_touched', () =>
  withFolder(async (folder) => {
    await writeFile(path.join(folder, 'letter.txt'), 'Dear')
    const { code, stderr } = await run(folder, ['inspect', '.'])
    assert.equal(code, 1)
    assert.match(stderr, /^qdrant-embedded: No storage folder of qdrant-embedded: .*format\.json\)\n$/)
    assert.deepEqual(await readdir(folder), ['letter.txt'])
    await rm(path.join(folder, 'letter.txt'))
  }))
