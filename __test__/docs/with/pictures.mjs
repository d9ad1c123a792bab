import { cpSync, mkdirSync, writeFileSync } from 'node:fs'

import { photo } from '../../embedding/helpers.mjs'
import { withEnvironment } from '../environment.mjs'

/** Some pictures and texts in the working directory, which is the home of the user, and in folders there. */
export default (use) =>
  withEnvironment({ HOME: process.cwd(), USERPROFILE: process.cwd() }, async () => {
    for (const folder of ['Pictures', 'Documents', 'notes']) mkdirSync(folder)
    for (const [name, picture] of [
      ['cat.jpg', 'cat/original.jpg'],
      ['another-cat.jpg', 'cat/light.jpg'],
      ['harbour.jpg', 'airplane-from-above/original.jpg'],
      ['mountains.jpg', 'alpine-meadow/original.jpg'],
      ['holiday.jpg', 'alpine-meadow/light.jpg'],
      ['Pictures/beach.jpg', 'alpine-meadow/crop.jpg'],
      ['Documents/beach.jpg', 'alpine-meadow/crop.jpg']
    ]) {
      cpSync(photo(picture), name)
    }
    for (const folder of ['notes', 'Documents'])
      writeFileSync(`${folder}/dogs.md`, 'The dog runs on the beach.\n')
    await use({})
  })
