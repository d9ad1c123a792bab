// Calls as they are written for @qdrant/js-client-rest. This one file is compiled twice, with `client-under-test`
// standing for that client and for this package: what compiles there compiles here.
import type { QdrantClient } from 'client-under-test'

export async function collections(client: QdrantClient): Promise<string[]> {
  await client.createCollection('photos', { vectors: { size: 4, distance: 'Cosine' } })
  await client.createCollection('documents', {
    vectors: {
      title: { size: 4, distance: 'Dot', on_disk: true },
      body: { size: 8, distance: 'Euclid', multivector_config: { comparator: 'max_sim' } }
    },
    sparse_vectors: { keywords: { modifier: 'idf' } },
    hnsw_config: { m: 16, ef_construct: 100 },
    optimizers_config: { indexing_threshold: 10_000 },
    quantization_config: { scalar: { type: 'int8', always_ram: true } },
    on_disk_payload: true,
    metadata: { made_by: 'a test' }
  })
  const recreated: boolean = await client.recreateCollection('photos', {
    vectors: { size: 4, distance: 'Dot' }
  })
  const updated: boolean = await client.updateCollection('documents', {
    vectors: { title: { quantization_config: 'Disabled', on_disk: false, hnsw_config: { m: 8 } } },
    sparse_vectors: { keywords: { index: { on_disk: true } } },
    optimizers_config: { max_optimization_threads: 'auto' },
    params: { replication_factor: 2 },
    quantization_config: { binary: {} },
    strict_mode_config: { enabled: false },
    metadata: { made_by: null },
    timeout: 5
  })
  await client.createVectorName('photos', 'title', { dense: { size: 2, distance: 'Dot' } })
  await client.createVectorName('photos', 'words', { sparse: { modifier: 'idf' } }, { wait: true })
  const removal = await client.deleteVectorName('photos', 'words', { ordering: 'weak' })
  const { summary, completed } = await client.getOptimizations('photos', {
    with: 'completed,queued',
    completed_limit: 3
  })
  await client.updateCollectionAliases({
    actions: [
      { create_alias: { collection_name: 'photos', alias_name: 'current' } },
      { rename_alias: { old_alias_name: 'current', new_alias_name: 'live' } },
      { delete_alias: { alias_name: 'live' } }
    ]
  })
  const { aliases } = await client.getAliases()
  const { exists } = await client.collectionExists('photos')
  const info = await client.getCollection('photos')
  const count: number | null | undefined = info.points_count
  const { collections } = await client.getCollections()
  const deleted: boolean = await client.deleteCollection('documents')
  return [
    ...collections.map(({ name }) => name),
    ...aliases.map(({ alias_name }) => alias_name),
    `${recreated} ${updated} ${removal.status} ${summary.idle_segments} ${completed?.length}`,
    `${exists} ${count} ${deleted} ${info.status} ${info.config.params.vectors}`
  ]
}

export async function points(client: QdrantClient): Promise<void> {
  const { status, operation_id } = await client.upsert('photos', {
    wait: true,
    points: [
      { id: 1, vector: [0.1, 0.2, 0.3, 0.4], payload: { city: 'Lisbon', tags: ['sea'], seen: 3 } },
      { id: 'b0a2f6f8-4d0d-4a1e-9d4b-0c3c8f0e2a11', vector: { title: [1, 2, 3, 4], body: [[1], [2]] } },
      { id: 3, vector: { keywords: { indices: [1, 7], values: [0.5, 0.25] } } },
      { id: 4, vector: { keywords: { text: 'the sea', model: 'qdrant/bm25', options: { k: 1.5 } } } }
    ]
  })
  await client.upsert('photos', {
    wait: false,
    batch: {
      ids: [4, 5],
      vectors: [
        [1, 2, 3, 4],
        [5, 6, 7, 8]
      ],
      payloads: [{ city: 'Porto' }, null]
    }
  })
  const records = await client.retrieve('photos', { ids: [1, 2], with_payload: ['city'], with_vector: true })
  const cities = records.map(({ id, payload }) => `${id} ${payload?.city}`)

  await client.setPayload('photos', { payload: { seen: 4 }, points: [1] })
  await client.overwritePayload('photos', { payload: { seen: 4 }, filter: { must: [{ has_id: [1] }] } })
  await client.deletePayload('photos', { keys: ['seen'], points: [1] })
  await client.clearPayload('photos', { points: [1] })
  await client.createPayloadIndex('photos', { field_name: 'city', field_schema: 'keyword', wait: true })
  await client.createPayloadIndex('photos', {
    field_name: 'seen',
    field_schema: { type: 'integer', range: true, lookup: false }
  })
  await client.deletePayloadIndex('photos', 'city', { wait: true })
  await client.updateVectors('photos', { points: [{ id: 1, vector: { title: [1, 2, 3, 4] } }] })
  await client.deleteVectors('photos', {
    points: [1],
    filter: { must: [{ has_id: [2] }] },
    vector: ['title']
  })
  const results = await client.batchUpdate('photos', {
    wait: true,
    operations: [
      { upsert: { points: [{ id: 6, vector: [0.1, 0.2, 0.3, 0.4], payload: { city: 'Faro' } }] } },
      { set_payload: { payload: { seen: 5 }, points: [6], key: 'visits' } },
      { update_vectors: { points: [{ id: 6, vector: [4, 3, 2, 1] }] } },
      { delete_vectors: { points: [6], vector: [''] } },
      { delete: { filter: { must: [{ key: 'seen', match: { value: 5 } }] } } }
    ]
  })
  const numbers = results.map((result) => result.operation_id)
  await client.delete('photos', { points: [1, 2] })
  await client.delete('photos', {
    filter: { must_not: [{ key: 'city', match: { any: ['Lisbon', 'Porto'] } }] }
  })
  console.log(status, operation_id, cities, numbers)
}

export async function reads(client: QdrantClient): Promise<number> {
  const { count } = await client.count('photos', {
    exact: true,
    filter: {
      must: [{ key: 'seen', range: { gte: 1, lt: 10 } }, { is_empty: { key: 'city' } }],
      should: [
        { key: 'city', match: { value: 'Lisbon' } },
        { key: 'text', match: { text: 'sea' } }
      ],
      min_should: { conditions: [{ has_id: [1, 2] }], min_count: 1 },
      must_not: [{ nested: { key: 'tags', filter: { must: [{ key: 'name', match: { value: 'x' } }] } } }]
    }
  })
  const page = await client.scroll('photos', {
    limit: 10,
    with_payload: true,
    order_by: { key: 'seen', direction: 'desc' },
    filter: { must: [{ key: 'at', geo_radius: { center: { lat: 1, lon: 2 }, radius: 100 } }] }
  })
  const { next_page_offset } = page
  if (next_page_offset) await client.scroll('photos', { offset: next_page_offset })
  const { points } = await client.query('photos', {
    query: [0.1, 0.2, 0.3, 0.4],
    using: 'title',
    limit: 5,
    offset: 0,
    score_threshold: 0.2,
    params: { hnsw_ef: 64, exact: false },
    with_payload: { exclude: ['tags'] },
    with_vector: ['title']
  })
  await client.query('photos', { query: 1, limit: 5 })
  await client.query('photos', { query: { nearest: 'b0a2f6f8-4d0d-4a1e-9d4b-0c3c8f0e2a11' } })
  await client.query('photos', { query: { indices: [1], values: [0.5] }, using: 'keywords' })
  await client.query('photos', { query: { text: 'the sea', model: 'qdrant/bm25' }, using: 'keywords' })
  const prefetch = [{ query: [0.1, 0.2, 0.3, 0.4], limit: 20 }, { query: { recommend: { positive: [1] } } }]
  await client.query('photos', { prefetch, query: { fusion: 'rrf' } })
  await client.query('photos', { prefetch, query: { formula: { sum: ['$score', { sqrt: 'rank' }] } } })
  const answers = await client.queryBatch('photos', {
    searches: [{ query: 1 }, { query: { sample: 'random' } }]
  })
  console.log(answers.map((answer) => answer.points.length))
  const { hits } = await client.facet('photos', { key: 'tags', limit: 3 })
  const { pairs } = await client.searchMatrixPairs('photos', { sample: 10, limit: 2 })
  const { offsets_row } = await client.searchMatrixOffsets('photos', { sample: 10, using: 'title' })
  console.log(hits[0]?.value, pairs[0]?.a, offsets_row.length)
  const best = points[0]
  return count + (best?.score ?? 0) + (best?.version ?? 0) + page.points.length
}

export async function snapshots(client: QdrantClient): Promise<boolean[]> {
  const created = await client.createSnapshot('photos', { wait: true })
  const [snapshot] = await client.listSnapshots('photos')
  const location = 'https://qdrant.example.org:6333/collections/photos/snapshots/a.snapshot'
  const checksum = created?.checksum ?? snapshot?.checksum ?? null
  const ofShard = await client.createShardSnapshot('photos', 0, { wait: true })
  const ofStore = await client.createFullSnapshot()
  console.log(await client.listShardSnapshots('photos', 0), await client.listFullSnapshots(), ofShard.size)
  return [
    await client.recoverSnapshot('photos', { location, checksum, priority: 'snapshot', api_key: 'secret' }),
    await client.recoverShardFromSnapshot('photos', 0, { location, priority: 'no_sync', wait: true }),
    await client.deleteSnapshot('photos', created?.name ?? '', { wait: true }),
    await client.deleteShardSnapshot('photos', 0, ofShard.name, { wait: true }),
    await client.deleteFullSnapshot(ofStore.name)
  ]
}
