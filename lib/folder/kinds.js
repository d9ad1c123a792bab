const { images } = require('./images.js')
const { texts } = require('./texts.js')

/** The kinds of files that options ask for, with their settings. */
function kindsOf(options) {
  const kinds = [images, texts].map((kind) => ({ kind, settings: options[kind.plural] }))
  return kinds.filter(({ settings }) => settings)
}

module.exports = { kindsOf }
