// Calls that only this package has, and what it accepts beyond the REST client.
import {
  connect,
  downloadModel,
  type EmbedProgress,
  embedImages,
  embedTexts,
  type IndexFolderOptions,
  type IndexProgress,
  indexFolder,
  listModels,
  loadModel,
  type ModelInfo,
  QdrantClient,
  QdrantError,
  rerank,
  searchFiles,
  splitText,
  unloadModel,
  watchFolder
} from 'qdrant-embedded'

export async function lifecycle(): Promise<void> {
  const client: QdrantClient = await connect({ path: './data' })
  await client.close()

  await using temporary = await connect({ location: ':memory:' })
  await temporary.getCollections()

  const lazy = new QdrantClient({ path: './data', searchThreads: 2, log: 'info' })
  await lazy.close()
}

export async function inference(): Promise<void> {
  const client = await connect({
    path: './data',
    inference: {
      models: {
        notes: { path: './models/notes', kind: 'text', pooling: 'cls', normalize: false, dimension: 384 },
        e5: { model: 'intfloat/multilingual-e5-small', queryPrefix: 'query: ', documentPrefix: 'passage: ' }
      },
      localFilesOnly: true,
      allowHttpImages: false
    }
  })
  const image = { image: new Uint8Array(8), model: 'clip' }
  await client.upsert('photos', { points: [{ id: 2n ** 60n, vector: { look: image, words: [1, 2] } }] })
  await client.upsert('photos', { batch: { ids: [1], vectors: { look: [image] } } })
  const query = { text: 'a dog', model: 'e5', options: { kind: 'text' } }
  await client.query('photos', { query: { recommend: { positive: [query, 2n] } }, using: 'look' })
  await client.query('photos', { prefetch: { query, using: 'look' }, query: { fusion: 'rrf' } })
}

export async function values(client: QdrantClient): Promise<void> {
  await client.upsert('photos', {
    points: [
      { id: 2n ** 60n, vector: new Float32Array([1, 2, 3, 4]) },
      { id: 2, vector: { title: new Float32Array(4), keywords: { indices: [1], values: [0.5] } } }
    ]
  })
  await client.upsert('photos', { batch: { ids: [1, 2n], vectors: [new Float32Array(4), [1, 2, 3, 4]] } })
  const flat = { data: new Float32Array(8), dim: 4 }
  await client.upsert('photos', { batch: { ids: [1, 2n], vectors: flat } })
  await client.upsert('photos', { batch: { ids: [1, 2n], vectors: { title: flat, rows: [flat, [[1, 2]]] } } })
  await client.query('photos', { query: new Float32Array(4), limit: 3 })
  await client.query('photos', {
    prefetch: { query: { nearest: 2n, mmr: { diversity: 0.5 } }, lookup_from: { collection: 'others' } },
    query: { recommend: { positive: [new Float32Array(4), 1, 2n ** 60n], strategy: 'best_score' } }
  })
  const context = { positive: new Float32Array(4), negative: 2n }
  const [first] = await client.queryBatch('photos', {
    searches: [
      { query: { discover: { target: new Float32Array(4), context } } },
      { query: { context: [context] } }
    ]
  })
  const groups = { query: new Float32Array(4), group_by: 'author', with_lookup: 'authors' }
  const found = await client.queryGroups('photos', groups)
  const [row] = await client.searchBatch('photos', { searches: [{ vector: new Float32Array(4), limit: 3 }] })
  console.log(first?.points.length, found.groups[0]?.hits[0]?.id, row?.[0]?.score)
  await client.updateVectors('photos', { points: [{ id: 2n ** 60n, vector: new Float32Array(4) }] })
  await client.batchUpdate('photos', {
    operations: [
      { upsert: { points: [{ id: 2n ** 60n, vector: new Float32Array(4) }] } },
      { clear_payload: { points: [2n ** 60n] } }
    ]
  })
  await client.retrieve('photos', { ids: [2n ** 60n, 'b0a2f6f8-4d0d-4a1e-9d4b-0c3c8f0e2a11'] })
  const matches = await client.search('photos', { vector: new Float32Array(4), limit: 3, with_payload: true })
  console.log(matches.map(({ id, score }) => `${id} ${score}`))
}

/** What the REST client has had until its version 1.18. */
export async function examples(client: QdrantClient): Promise<void> {
  const filter = { must: [{ key: 'city', match: { value: 'Lisbon' } }] }
  const recommendation = {
    positive: [1, 2n ** 60n, 'b0a2f6f8-4d0d-4a1e-9d4b-0c3c8f0e2a11', [1, 2, 3, 4], new Float32Array(4)],
    negative: [{ indices: [1], values: [0.5] }],
    filter,
    using: 'title',
    lookup_from: { collection: 'others', vector: 'title' }
  }
  const recommended = await client.recommend('photos', {
    ...recommendation,
    strategy: 'best_score',
    limit: 3
  })
  await client.recommend('photos', { positive: [1] })
  const [row] = await client.recommendBatch('photos', {
    searches: [{ ...recommendation, limit: 3 }],
    timeout: 5
  })
  await client.recommend_batch('photos', { searches: [{ positive: [1], limit: 3, with_payload: true }] })
  const groups = { group_by: 'author', group_size: 2, limit: 3 }
  const grouped = await client.recommendPointGroups('photos', {
    ...recommendation,
    ...groups,
    with_lookup: 'authors'
  })
  await client.searchPointGroups('photos', {
    vector: { name: 'title', vector: new Float32Array(4) },
    ...groups
  })
  const context = [{ positive: new Float32Array(4), negative: 2n }]
  const discovered = await client.discoverPoints('photos', {
    target: [1, 2, 3, 4],
    context,
    limit: 3,
    filter
  })
  const [found] = await client.discoverBatchPoints('photos', { searches: [{ context, limit: 3 }] })
  const { id, payload, vector } = await client.getPoint('photos', { id: 2n ** 60n })
  console.log(
    recommended[0]?.score,
    row?.[0]?.id,
    grouped.groups[0]?.lookup,
    discovered[0]?.id,
    found?.[0]?.id
  )
  console.log(id, payload, vector)
}

export async function snapshots(client: QdrantClient): Promise<string[]> {
  const { name, checksum } = await client.createSnapshot('photos')
  const ofShard = await client.createShardSnapshot('photos', 0)
  const ofStore = await client.createFullSnapshot({ wait: true })
  await client.recoverSnapshot('photos', { location: name, checksum: checksum ?? null })
  await client.recoverFullSnapshot({ location: '/backup/full.snapshot', checksum: null, force: true })
  await client.deleteShardSnapshot('photos', 0, ofShard.name)
  return [
    await client.snapshotPath('photos', name),
    await client.shardSnapshotPath('photos', 0, ofShard.name),
    await client.fullSnapshotPath(ofStore.name)
  ]
}

export async function embeddings(client: QdrantClient): Promise<void> {
  const images: Float32Array[] = await embedImages(['a.jpg', new Uint8Array([1]), Buffer.from('image')])
  const texts: Float32Array[] = await embedTexts(['a sunset over the sea'])
  const local = await embedImages(['a.jpg'], {
    model: { path: './models/efficientnet-lite0' },
    batchSize: 4,
    threads: 1,
    localFilesOnly: true,
    onProgress: (progress) => console.log(progress.done, progress.total)
  })
  const chunks = await splitText('a long text', { maxTokens: 64, overlap: 8, localFilesOnly: true })
  const parts: string[] = chunks.map(({ text, start, end }) => `${start}-${end}: ${text}`)
  await embedTexts(parts)
  const { vectors, failures } = await embedImages(['a.jpg', 'b.txt'], { onError: 'skip', unloadAfter: 60 })
  const usable: Float32Array[] = vectors.filter((vector) => vector !== null)
  const reasons: string[] = failures.map(({ index, error }) => `${index}: ${error.status} ${error.message}`)
  console.log(usable.length, reasons)
  await unloadModel()
  await client.query('photos', { query: images[0] ?? texts[0] ?? local[0] })
}

export async function folders(client: QdrantClient, signal: AbortSignal): Promise<string> {
  const heard: string[] = []
  const onProgress = (progress: IndexProgress) => {
    if (progress.phase === 'index') heard.push(`${progress.outcome} ${progress.file}`)
    else if (progress.phase === 'download') heard.push(`${progress.done / progress.total}`)
  }
  const options: IndexFolderOptions = {
    images: { model: 'clip', batchSize: 4 },
    texts: {
      collection: 'notes',
      model: { path: './model', pooling: 'cls' },
      maxTokens: 200,
      extensions: ['.rst']
    },
    ignore: (path, isFolder) => isFolder && path === 'node_modules',
    onError: 'throw',
    cacheDir: './models',
    onProgress,
    signal
  }
  const { images, texts, failures } = await indexFolder(client, './Pictures', options)
  await using watcher = await watchFolder(client, './Pictures', {
    images: false,
    debounce: 100,
    onScan: ({ folder, texts }) => heard.push(`${folder}: ${texts?.removed}`),
    onScanError: (error) => heard.push(String(error))
  })
  await watcher.closed
  const filter = { must: [{ key: 'text_path', match: { value: './a.md' } }] }
  const found = await searchFiles(client, 'a dog on a beach', { limit: 3, filter, signal })
  const similar = await searchFiles(client, { image: Buffer.from('image') }, { texts: false })
  const best = found.texts?.[0]
  return `${images?.embedded} ${texts?.found} ${failures[0]?.error.message} ${best?.text.slice(best.start, best.end)} ${similar.images?.[0]?.file}`
}

export async function models(signal: AbortSignal): Promise<string[]> {
  const listed: ModelInfo[] = await listModels({ kind: 'text', cacheDir: './models' })
  const onProgress = ({ done, total, unit, bytesPerSecond }: EmbedProgress) =>
    console.log(`${done} of ${total} ${unit}, ${bytesPerSecond ?? 0} a second`)
  await downloadModel('clip', { onProgress, signal })
  const executionProviders = ['coreml', 'dml', 'cuda', 'cpu'] as const
  const loaded = await loadModel(
    { path: './models/efficientnet-lite0' },
    { threads: 1, executionProviders, signal }
  )
  for (const { name, executionProviders, unavailable } of loaded) {
    const reasons: string[] = unavailable.map(
      ({ executionProvider, reason }) => `${executionProvider}: ${reason}`
    )
    console.log(name, executionProviders.includes('cpu'), reasons.join())
  }
  // @ts-expect-error by the name that onnxruntime-node has for it
  await loadModel('clip', { executionProviders: ['directml'] })
  const ranked = await rerank('a query', ['one', 'two'], { topK: 1, batchSize: 8, signal })
  const best: number | undefined = ranked[0]?.index
  console.log(best, ranked[0]?.score)
  return listed.map(({ name, dimension, license, languages, size, cached }) =>
    [name, dimension, license, languages?.join(), size, cached].join(' ')
  )
}

export async function calls(client: QdrantClient, signal: AbortSignal): Promise<number> {
  const onProgress = ({ indexedVectors }: { indexedVectors: number | null | undefined }) => indexedVectors
  const { status } = await client.waitForIndexing('photos', { signal, onProgress })
  await client.upsert('photos', { points: [{ id: 1, vector: new Float32Array(4) }], wait: true, signal })
  await client.createVectorName('photos', 'more', { dense: { size: 4, distance: 'Dot' } }, { signal })
  const { points } = await client.query('photos', { query: [1, 2, 3, 4], signal })
  const found = await client.search('photos', { vector: [1, 2, 3, 4], signal })
  return status === 'green' ? points.length : found.length
}

export async function errors(client: QdrantClient): Promise<string> {
  try {
    await client.getCollection('missing')
    return ''
  } catch (error) {
    if (!(error instanceof QdrantError)) throw error
    const status: number = error.status
    return `${status} ${error.message} ${error.data.status.error}`
  }
}

export async function mistakes(client: QdrantClient): Promise<void> {
  // @ts-expect-error a collection name is text
  await client.getCollection(1)
  // @ts-expect-error points have ids
  await client.upsert('photos', { points: [{ vector: [1, 2, 3, 4] }] })
  // @ts-expect-error vectors in one array have a dimension
  await client.upsert('photos', { batch: { ids: [1], vectors: { data: new Float32Array(4) } } })
  // @ts-expect-error no such distance
  await client.createCollection('photos', { vectors: { size: 4, distance: 'Nearby' } })
  // @ts-expect-error no such strategy
  await client.recommend('photos', { positive: [1], strategy: 'worst_score' })
  // @ts-expect-error a batch has no default for the limit
  await client.recommendBatch('photos', { searches: [{ positive: [1] }] })
  // @ts-expect-error multivectors are not for examples
  await client.discoverPoints('photos', { target: [[1, 2]], limit: 3 })
  // @ts-expect-error groups have a size
  await client.searchPointGroups('photos', { vector: [1, 2, 3, 4], group_by: 'author', limit: 3 })
  // @ts-expect-error a shard is a number
  await client.createShardSnapshot('photos', 'zero')
  // @ts-expect-error a snapshot is somewhere
  await client.recoverFullSnapshot({ force: true })
  // @ts-expect-error words or an image
  await searchFiles(client, { words: 'a dog' })
  // @ts-expect-error failures are reported or end the work
  await indexFolder(client, './Pictures', { onError: 'ignore' })
  // @ts-expect-error a folder or ':memory:' has to be named
  await connect()
}

export async function givenUp(client: QdrantClient, signal: AbortSignal): Promise<boolean> {
  await client.getPoint('photos', { id: 1, signal })
  const deleteAlias = { delete_alias: { alias_name: 'latest' } }
  return client.updateCollectionAliases({ actions: [deleteAlias], signal })
}

export function isWithoutRuntime(error: unknown): boolean {
  return error instanceof QdrantError && error.code === 'ONNX_RUNTIME_MISSING' && error.headers.has('date')
}
