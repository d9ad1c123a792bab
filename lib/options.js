/** What tells where a server is. */
const SERVER_OPTIONS = ['url', 'host', 'port', 'apiKey', 'https', 'prefix']

/** What only an embedded Qdrant has. */
const EMBEDDED_OPTIONS = [
  'path',
  'location',
  'preset',
  'searchThreads',
  'updateThreads',
  'optimizerCpus',
  'durability',
  'inference',
  'log'
]

/**
 * Tells whether `options` are of a server rather than of an embedded Qdrant. Throws a `ConfigError` unless they say
 * where the data is, in one way. The other options of the REST client may go with either.
 */
function isServer(options, ConfigError) {
  const given = (key) => options[key] !== undefined && options[key] !== null
  const server = SERVER_OPTIONS.filter(given)
  const embedded = EMBEDDED_OPTIONS.filter(given)
  if (server.length > 0 && embedded.length > 0) {
    throw new ConfigError(
      `\`${embedded[0]}\` is of an embedded Qdrant and \`${server[0]}\` of a server: give either, not both`
    )
  }
  if (['url', 'host', 'port'].some(given)) return true
  if (given('path') && given('location')) {
    throw new ConfigError('give either `path` or `location`, not both')
  }
  if (!given('path') && !given('location')) {
    throw new ConfigError("give a storage folder as `path`, `location: ':memory:'`, or the `url` of a server")
  }
  for (const key of ['path', 'location'].filter(given)) {
    const folder = options[key]
    if (typeof folder !== 'string' || folder === '')
      throw new ConfigError(`\`${key}\` is the path of a folder, as text`)
    if (folder.startsWith('file:')) {
      throw new ConfigError(`\`${key}\` is a path and no URL: give \`fileURLToPath('${folder}')\``)
    }
  }
  if (options.path === ':memory:') throw new ConfigError("give `location: ':memory:'`: `path` is a folder")
  if (/^https?:\/\//.test(options.location)) {
    throw new ConfigError(`\`location\` is a folder or ':memory:'; give ${options.location} as \`url\``)
  }
  return false
}

module.exports = { isServer }
