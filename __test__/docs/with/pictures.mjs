import { cpSync, mkdirSync } from 'node:fs'

import { photo } from '../../embedding/helpers.mjs'
import { withEnvironment } from '../environment.mjs'

/** Some pictures in the working directory, which is the home of the user, and in its `Pictures`. */
export default (use) =>
  withEnvironment({ HOME: process.cwd(), USERPROFILE: process.cwd() }, async () => {
    mkdirSync('Pictures')
    for (const [name, picture] of [
      ['cat.jpg', 'cat/original.jpg'],
      ['another-cat.jpg', 'cat/light.jpg'],
      ['harbour.jpg', 'airplane-from-above/original.jpg'],
      ['mountains.jpg', 'alpine-meadow/original.jpg'],
      ['holiday.jpg', 'alpine-meadow/light.jpg'],
      ['dog.png', 'coffee/original.jpg'],
      ['Pictures/beach.jpg', 'alpine-meadow/crop.jpg']
    ]) {
      cpSync(photo(picture), name)
    }
    await use({})
  })
