const IMAGE_EXTENSIONS = ['.jpg', '.jpeg', '.png', '.webp', '.gif', '.bmp']
const TEXT_EXTENSIONS = ['.txt', '.text', '.md', '.markdown']

/** The types of the options that are checked here; the others go to functions that check them. */
const TYPES = {
  ignore: 'function',
  onProgress: 'function',
  onScan: 'function',
  onScanError: 'function'
}

/** The options of `indexFolder`, checked and complete. */
function folderOptions(options = {}) {
  check(options)
  const { onError = 'skip', ignore = () => false, onProgress = () => {} } = options
  if (onError !== 'skip' && onError !== 'throw') {
    throw new TypeError(`\`onError\` has to be 'skip' or 'throw', not ${JSON.stringify(onError)}`)
  }
  return { ...kindOptions(options), onError, ignore, onProgress, embedding: embeddingOptions(options) }
}

/** What `images` and `texts` say of either kind; null for one that is left out. */
function kindOptions({ images = true, texts = true }) {
  const settings = {
    images: settingsOf('images', images, { extensions: IMAGE_EXTENSIONS }),
    texts: settingsOf('texts', texts, { extensions: TEXT_EXTENSIONS })
  }
  if (!settings.images && !settings.texts) {
    throw new TypeError('`images` and `texts` are both false: nothing is left')
  }
  if (settings.images?.collection === settings.texts?.collection) {
    throw new TypeError('`images` and `texts` need a collection each')
  }
  return settings
}

function settingsOf(kind, value, defaults) {
  if (value === false) return null
  if (value !== true && (typeof value !== 'object' || value === null)) {
    throw new TypeError(`\`${kind}\` has to be true, false or an object`)
  }
  const settings = { collection: kind, ...defaults, ...defined(value === true ? {} : value) }
  const { collection, extensions, maxFileSize = 0 } = settings
  if (typeof collection !== 'string') throw new TypeError(`\`${kind}.collection\` has to be a name`)
  wholeNumber(`${kind}.maxFileSize`, maxFileSize, 0)
  if (!Array.isArray(extensions) || !extensions.every((extension) => /^\.[^.]/.test(extension))) {
    throw new TypeError(`\`${kind}.extensions\` has to be a list such as ['.txt']`)
  }
  return { ...settings, extensions: extensions.map((extension) => extension.toLowerCase()) }
}

/** What both kinds' models are loaded with. */
function embeddingOptions({ cacheDir, threads, executionProviders, localFilesOnly }) {
  return defined({ cacheDir, threads, executionProviders, localFilesOnly })
}

function check(options) {
  if (typeof options !== 'object' || options === null) throw new TypeError('`options` has to be an object')
  for (const [name, type] of Object.entries(TYPES)) {
    const value = options[name]
    if (value !== undefined && typeof value !== type) throw new TypeError(`\`${name}\` has to be a ${type}`)
  }
  const { signal } = options
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError('`signal` has to be an AbortSignal')
  }
}

/** A whole number of milliseconds or of results. */
function wholeNumber(name, value, least) {
  if (!Number.isInteger(value) || value < least) {
    throw new RangeError(`\`${name}\` has to be a whole number, at least ${least}`)
  }
  return value
}

function defined(object) {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== undefined && value !== null)
  )
}

module.exports = { check, embeddingOptions, folderOptions, kindOptions, wholeNumber }
