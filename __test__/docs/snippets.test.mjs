import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { pages, programsIn, programsOf } from './markdown.mjs'
import { run } from './programs.mjs'

for (const page of pages()) {
  const programs = programsOf(page)
  if (programs.length === 0) continue
  describe(`the code in ${page}`, () => {
    for (const program of programs) {
      it(`runs as it is written: ${program.section}, line ${program.line}`, () => run(program))
    }
  })
}

describe('code in a page', () => {
  const only = (text) => {
    const programs = programsIn('page.md', text)
    assert.equal(programs.length, 1)
    return programs[0]
  }
  const js = (code) => only(`\`\`\`js\n${code}\n\`\`\``)

  it('fails the tests when it fails', async () => {
    await run(js("import { connect } from 'qdrant-embedded'\nconnect.name"))
    await assert.rejects(run(js("import { conect } from 'qdrant-embedded'")), /conect/)
    await assert.rejects(run(js('conect({})')), /page\.md\.mjs:2|conect is not defined/)
  })

  it('fails the tests when it prints something else than it says', async () => {
    await run(js('console.log({ a: [1] }) // { a: [ 1 ] }'))
    await assert.rejects(run(js('console.log(1 + 1) // 3')), { code: 'ERR_ASSERTION' })
  })

  it('fails the tests when its types are wrong', async () => {
    const ts = (code) => only(`\`\`\`ts\n${code}\n\`\`\``)
    const call = "import { connect } from 'qdrant-embedded'\nexport const client = "
    await run(ts(`${call}await connect({ location: ':memory:' })\nawait client.close()`))
    await assert.rejects(run(ts(`${call}await connect({ location: 5 })`)), /page\.md\.mts\(3,/)
  })

  it('fails the tests when a command of it does', async () => {
    const sh = (code) => only(`\`\`\`sh\n${code}\n\`\`\``)
    await run(sh('npx qdrant-embedded --help   # all of it'))
    await assert.rejects(run(sh('npx qdrant-embedded serch')), /serch/)
    await assert.rejects(run(sh('npm run tset')), /tset/)
    await assert.rejects(run(sh('rm -rf /nothing')), /say why it is not run/)
  })

  it('shares its scope within a section, and stands on its own line', async () => {
    const page = '# A\n```js\nconst a = 1\n```\n\ntext\n```js\nconsole.log(a) // 1\n```\n# B\n```js\nb\n```'
    const programs = programsIn('page.md', page)
    assert.deepEqual(
      programs.map(({ section, line, code }) => ({ section, line, lines: code.split('\n').length })),
      [
        { section: 'A', line: 3, lines: 8 },
        { section: 'B', line: 12, lines: 12 }
      ]
    )
    await run(programs[0])
  })

  it('is not run where the page says why, and may ask for what has to be around it', async () => {
    assert.deepEqual(programsIn('page.md', '<!-- not run: no server -->\n```js\nb\n```'), [])
    const asking = only('<!-- with: nothing of the kind -->\n```js\n1\n```')
    await assert.rejects(run(asking), /there is no nothing of the kind/)
  })
})
