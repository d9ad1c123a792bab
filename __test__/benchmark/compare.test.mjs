import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const RUN = fileURLToPath(new URL('../../benchmark/compare/run.mjs', import.meta.url))

const run = promisify(execFile)

/** Without packages that would have to be installed first. */
describe('the comparison with other systems', () => {
  let folder
  let env

  before(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'qdrant-embedded-'))
    const { QDRANT_URL: _, ...rest } = process.env
    env = { ...rest, TMPDIR: folder, TEMP: folder, TMP: folder }
  })

  after(() => fs.rm(folder, { recursive: true, force: true }))

  async function compare(...args) {
    const size = ['--points', '500', '--dim', '32', '--rounds', '1']
    const { stdout } = await run(process.execPath, [RUN, ...size, ...args], { env })
    return stdout
  }

  it('finds the exact nearest points, with and without filters, and measures every row', async () => {
    const { 'qdrant-embedded': rounds } = JSON.parse(await compare('--systems', 'qdrant-embedded', '--json'))
    assert.equal(rounds.length, 1)
    const [{ load, reopen }] = rounds
    for (const search of [load.all, load.tenth, load.hundredth]) {
      assert.ok(search.recall >= 0.95, `recall ${search.recall}`)
      assert.ok(search.p50 > 0 && search.p50 <= search.p95, `p50 ${search.p50}, p95 ${search.p95}`)
    }
    for (const number of [load.ingest.pointsPerSecond, load.together.perSecond, load.megabytes]) {
      assert.ok(number > 0, `${number}`)
    }
    assert.ok(reopen.openSeconds > 0)
    assert.ok(reopen.rss > 0)
  })

  it('says which systems it could not measure and why, and leaves the rest of a document as it was', async () => {
    const file = path.join(folder, 'document.md')
    await fs.writeFile(file, 'before\n<!-- compare -->\nof yesterday\n<!-- /compare -->\nafter\n')
    await compare('--systems', 'qdrant-embedded,qdrant-server', '--write', file)
    const [, written] = /^before\n<!-- compare -->\n(.*)<!-- \/compare -->\nafter\n$/s.exec(
      await fs.readFile(file, 'utf8')
    )
    assert.match(written, /^\| query p50, ms \| \d+\.\d{3} \|$/m)
    assert.match(written, /^- qdrant-server: QDRANT_URL names no server$/m)
    assert.doesNotMatch(written, /yesterday/)
  })

  it('overwrites no document that keeps no place for it, and does not begin to measure', async () => {
    const file = path.join(folder, 'other.md')
    await fs.writeFile(file, 'something else\n')
    await assert.rejects(compare('--systems', 'qdrant-embedded', '--write', file), (error) => {
      assert.match(error.stderr, /other\.md has no line <!-- compare -->/)
      assert.doesNotMatch(error.stderr, /Round/)
      return true
    })
    assert.equal(await fs.readFile(file, 'utf8'), 'something else\n')
  })
})
