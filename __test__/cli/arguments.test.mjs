import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import test from 'node:test'
import { model, run, withPhotos } from './helpers.mjs'

const inEmptyFolder = (use) => withPhotos({}, use)

test('help_and_version_are_printed_on_stdout_with_exit_code_0', () =>
  inEmptyFolder(async (folder) => {
    const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'))
    for (const [args, expected] of [
      [['--help'], /^Usage: qdrant-embedded <command>/],
      [['index', '--help'], /^Usage: qdrant-embedded index <folder>/],
      [['search', '-h'], /^Usage: qdrant-embedded search <image>/],
      [['inspect', '--help'], /^Usage: qdrant-embedded inspect <folder>/],
      [['doctor', '--help'], /^Usage: qdrant-embedded doctor/],
      [['--version'], new RegExp(`^${version}\n$`)],
      [['search', '--version'], new RegExp(`^${version}\n$`)]
    ]) {
      const { code, stdout, stderr } = await run(folder, args)
      assert.match(stdout, expected)
      assert.equal(stderr, '')
      assert.equal(code, 0)
    }
  }))

test('a_wrong_command_line_is_one_line_on_stderr_with_exit_code_2', () =>
  inEmptyFolder(async (folder) => {
    for (const [args, expected] of [
      [[], 'No command given'],
      [['frob'], "Unknown command 'frob'"],
      [['--frob'], "Unknown option '--frob'"],
      [['index'], 'No folder given'],
      [['index', 'one', 'two'], 'One folder expected, and then: two'],
      [['index', 'one', '--frob'], "Unknown option '--frob'"],
      [['index', 'one', '--path'], '--path'],
      [['index', 'one', '--path='], "Option '--path' is empty"],
      [['inspect'], 'No folder given'],
      [['inspect', 'one', '--model', 'clip'], "Unknown option '--model'"],
      [['doctor', 'one'], 'Options expected, and then: one'],
      [['doctor', '--path='], "Option '--path' is empty"],
      [['search'], 'No image given'],
      [['search', 'a.jpg', '--top', '0'], "Option '--top' takes a number from 1, not '0'"],
      [['search', 'a.jpg', '--top', 'five'], "not 'five'"],
      [['search', 'a.jpg', '--html', 'a.html', '--no-html'], "Option '--html' contradicts '--no-html'"]
    ]) {
      const { code, stdout, stderr } = await run(folder, args)
      assert.ok(stderr.includes(expected), `${args.join(' ')}: ${stderr}`)
      assert.match(stderr, /^qdrant-embedded: .*--help\)\n$/)
      assert.equal(stdout, '')
      assert.equal(code, 2)
    }
  }))

test('a_command_that_cannot_start_leaves_nothing_behind', () =>
  inEmptyFolder(async (folder) => {
    for (const [args, expected] of [
      [['index', 'missing'], 'No such folder: missing'],
      [['index', '.'], 'No images in '],
      [['index', '.', '--model', './missing'], 'No images in '],
      [['inspect', 'missing'], 'No storage folder of qdrant-embedded: '],
      [['inspect', '.'], 'No storage folder of qdrant-embedded: '],
      [['search', 'missing.jpg'], 'No such file: missing.jpg'],
      [['search', `${model}/LICENSE`], 'Nothing is indexed in ']
    ]) {
      const { code, stdout, stderr } = await run(folder, args)
      assert.ok(stderr.includes(expected), stderr)
      assert.match(stderr, /^qdrant-embedded: .*\n$/)
      assert.equal(stdout, '')
      assert.equal(code, 1)
    }
    assert.deepEqual(await readdir(folder), [])
  }))
