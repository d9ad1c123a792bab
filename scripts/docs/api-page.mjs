import { declarations } from './declarations.mjs'
import { examples } from './examples.mjs'

/** The methods of the client by what they are about. Others come after them. */
const GROUPS = {
  'Opening and closing': ['close', 'flush'],
  Collections: [
    'getCollections',
    'getCollection',
    'collectionExists',
    'createCollection',
    'updateCollection',
    'recreateCollection',
    'deleteCollection',
    'createVectorName',
    'deleteVectorName',
    'waitForIndexing',
    'getOptimizations'
  ],
  Aliases: ['updateCollectionAliases', 'getAliases', 'getCollectionAliases'],
  'Writing points': ['upsert', 'delete', 'updateVectors', 'deleteVectors', 'batchUpdate'],
  Payload: [
    'setPayload',
    'overwritePayload',
    'deletePayload',
    'clearPayload',
    'createPayloadIndex',
    'deletePayloadIndex'
  ],
  'Reading points': ['retrieve', 'getPoint', 'scroll', 'count'],
  Searching: [
    'query',
    'queryBatch',
    'queryGroups',
    'facet',
    'searchMatrixPairs',
    'searchMatrixOffsets',
    'search',
    'searchBatch',
    'searchPointGroups',
    'recommend',
    'recommendBatch',
    'recommend_batch',
    'recommendPointGroups',
    'discoverPoints',
    'discoverBatchPoints'
  ],
  Snapshots: [
    'createSnapshot',
    'listSnapshots',
    'snapshotPath',
    'recoverSnapshot',
    'deleteSnapshot',
    'createShardSnapshot',
    'listShardSnapshots',
    'shardSnapshotPath',
    'recoverShardFromSnapshot',
    'deleteShardSnapshot',
    'createFullSnapshot',
    'listFullSnapshots',
    'fullSnapshotPath',
    'recoverFullSnapshot',
    'deleteFullSnapshot'
  ]
}

const INTRODUCTION = `# API

Generated from \`index.d.ts\` and \`docs/examples\` by \`npm run docs\`: do not edit.

The examples run in the tests, most of them with \`client\`, a client of an engine in memory that has the collection
\`photos\`: vectors of four numbers, compared by cosine, and four points, ids 1 to 4, with the payload \`name\`, \`kind\` and
\`year\`. A comment behind \`console.log\` is what it prints. Types written as \`Schemas['…']\` are those of Qdrant's REST API, from
\`@qdrant/js-client-rest\`.`

/** The text of `docs/api.md`. */
export function apiPage() {
  const { client, functions, bridge, types } = declarations()
  const shown = examples()
  const named = new Map(client.methods.map((method) => [method.name, method]))
  const groups = Object.entries(GROUPS).map(([title, names]) => [title, names.map((name) => named.get(name))])
  const listed = new Set(Object.values(GROUPS).flat())
  const others = client.methods.filter(({ name }) => !listed.has(name))
  const chapters = [
    ['Functions', functions],
    ['Functions of `qdrant-embedded/bridge`', bridge],
    [
      'The client',
      [{ ...client, declaration: 'new QdrantClient(options: EmbeddedOptions | ServerOptions)' }]
    ],
    ...groups,
    ['Other methods', others.filter(({ text }) => text)],
    ['Of the REST client', others.filter(({ text }) => !text)],
    ['Types', types]
  ].filter(([, entries]) => entries.length > 0)
  const anchors = anchorsOf(
    chapters.flatMap(([title, entries]) => [title, ...entries.map(({ name }) => name)])
  )
  const contents = chapters.map(([title, entries]) => {
    anchors.next()
    return `- ${title}: ${entries.map(({ name }) => `[\`${name}\`](#${anchors.next().value})`).join(', ')}`
  })
  const sections = chapters.map(([title, entries]) =>
    [`## ${title}`, ...entries.map((entry) => section(entry, shown.get(entry.name)))].join('\n\n')
  )
  return `${[INTRODUCTION, contents.join('\n'), ...sections].join('\n\n')}\n`
}

/** The anchors of headings, as GitHub makes them: where two are alike, the later ones get a number. */
function* anchorsOf(headings) {
  const seen = new Map()
  for (const heading of headings) {
    const anchor = heading
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-')
    const count = seen.get(anchor) ?? 0
    seen.set(anchor, count + 1)
    yield count === 0 ? anchor : `${anchor}-${count}`
  }
}

function section({ name, text, declaration }, example) {
  const signature = declaration.replace(/^export (declare )?(function )?/, '')
  const parts = [`### ${name}`, fence('typescript', signature), text || example?.text]
  if (example) {
    const around = example.around ? `<!-- with: ${example.around} -->\n` : ''
    parts.push(around + fence('js', example.code))
  }
  return parts.filter(Boolean).join('\n\n')
}

const fence = (language, code) => `\`\`\`${language}\n${code}\n\`\`\``
