import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { photo, textModel } from '../embedding/helpers.mjs'

const RUN = fileURLToPath(new URL('../../benchmark/embed/run.mjs', import.meta.url))
const cats = path.dirname(photo('cat/original.jpg'))

/** Without packages that would have to be installed first. */
async function run(...args) {
  const few = ['--systems', 'qdrant-embedded', '--images', cats, '--rounds', '1', '--batches', '1,4']
  const { stdout } = await promisify(execFile)(process.execPath, [RUN, ...few, ...args])
  return stdout
}

describe('the benchmark of embedding', () => {
  it('measures rates, the event loop and the memory, of images and of texts', async () => {
    const results = JSON.parse(await run('--text-model', textModel.path, '--json'))
    assert.deepEqual(Object.keys(results), ['images', 'texts'])
    for (const { 'qdrant-embedded': rounds } of Object.values(results)) {
      assert.equal(rounds.length, 1)
      const [{ perSecond, eventLoop, before, peak, settled }] = rounds
      for (const size of [1, 4]) {
        assert.ok(perSecond[size] > 0)
        assert.ok(eventLoop[size].longest >= eventLoop[size].p99)
      }
      for (const megabytes of [before, peak, settled]) assert.ok(megabytes > 10)
    }
  })

  it('reports them as tables, and leaves texts out where there is no model for them', async () => {
    const text = await run()
    assert.match(text, /^\| images\/s, 4 at once ↑ \| \d+\.\d \|$/m)
    assert.doesNotMatch(text, /texts/)
  })

  it('shows the memory while many images are embedded, and after unloading', async () => {
    const text = await run('--memory', '8')
    assert.match(text, /^\| 8 \| \d+ \| \d+\.\d \|\n\| unloaded \| \d+ \|/m)
  })

  it('refuses what it does not know before it begins', async () => {
    for (const args of [
      ['--systems', 'others'],
      ['--batches', '0'],
      ['--images', path.join(cats, '..', '..', 'models')]
    ]) {
      await assert.rejects(run(...args), ({ code, stderr }) => code === 1 && /Usage/.test(stderr))
    }
  })
})
