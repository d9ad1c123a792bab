import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { describe, it } from 'node:test'

import { Document } from '@langchain/core/documents'
import { Embeddings } from '@langchain/core/embeddings'
import { QdrantVectorStore } from '@langchain/qdrant'
import { connect } from 'qdrant-embedded'

import { withClient, withFolder } from '../helpers.mjs'
import { embed } from './words.mjs'

class WordEmbeddings extends Embeddings {
  async embedDocuments(texts) {
    return texts.map(embed)
  }

  async embedQuery(text) {
    return embed(text)
  }
}

const IDS = [1, 2, 3, 4].map((digit) => `00000000-0000-4000-8000-00000000000${digit}`)

const DOCUMENTS = [
  new Document({ id: IDS[0], pageContent: 'cats sleep on the sofa', metadata: { kind: 'pet', year: 2021 } }),
  new Document({
    id: IDS[1],
    pageContent: 'cats sleep on the sofa all day',
    metadata: { kind: 'pet', year: 2022 }
  }),
  new Document({ id: IDS[2], pageContent: 'cats hunt mice', metadata: { kind: 'wild', year: 2023 } }),
  new Document({ id: IDS[3], pageContent: 'boats cross the harbour', metadata: { kind: 'sea', year: 2024 } })
]

function withStore(use) {
  return withClient(async (client) => {
    const store = new QdrantVectorStore(new WordEmbeddings({}), { client, collectionName: 'documents' })
    await store.addDocuments(DOCUMENTS)
    return use(store, client)
  })
}

const ids = (documents) => documents.map(({ id }) => id)
const ofKind = (kind) => ({ must: [{ key: 'metadata.kind', match: { value: kind } }] })

describe('QdrantVectorStore of LangChain', () => {
  it('creates its collection and stores its documents', () =>
    withStore(async (_store, client) => {
      const { config, points_count } = await client.getCollection('documents')
      assert.deepEqual(config.params.vectors, { size: 64, distance: 'Cosine' })
      assert.equal(points_count, 4)
      const [{ payload }] = await client.retrieve('documents', { ids: [IDS[0]] })
      assert.deepEqual(payload, { content: 'cats sleep on the sofa', metadata: { kind: 'pet', year: 2021 } })
    }))

  it('finds similar documents', () =>
    withStore(async (store) => {
      const [first, second] = await store.similaritySearch('cats on the sofa', 2)
      assert.deepEqual([first.id, second.id], [IDS[0], IDS[1]])
      assert.deepEqual(first.metadata, { kind: 'pet', year: 2021 })
      const [[best, score]] = await store.similaritySearchWithScore('boats cross the harbour', 1)
      assert.equal(best.id, IDS[3])
      assert.ok(Math.abs(score - 1) < 1e-5)
    }))

  it('finds similar documents among those of a filter', () =>
    withStore(async (store) => {
      assert.deepEqual(ids(await store.similaritySearch('cats on the sofa', 4, ofKind('wild'))), [IDS[2]])
      const recent = { should: [{ key: 'metadata.year', range: { gte: 2023 } }], must_not: [ofKind('sea')] }
      assert.deepEqual(ids(await store.similaritySearch('cats', 4, recent)), [IDS[2]])
      const retriever = store.asRetriever({ k: 3, filter: ofKind('pet') })
      assert.deepEqual(ids(await retriever.invoke('cats sleep on the sofa')), [IDS[0], IDS[1]])
    }))

  for (const filter of [undefined, null, {}, { must: undefined }, { must: null, should: [] }]) {
    it(`finds all documents with the filter ${JSON.stringify(filter)}`, () =>
      withStore(async (store) => {
        assert.equal((await store.similaritySearch('cats', 10, filter)).length, 4)
      }))
  }

  it('finds documents that differ from each other by maximal marginal relevance', () =>
    withStore(async (store) => {
      const query = 'cats sleep on the sofa'
      const alike = await store.maxMarginalRelevanceSearch(query, { k: 2, lambda: 0 })
      assert.deepEqual(ids(alike), [IDS[0], IDS[1]])
      const diverse = await store.maxMarginalRelevanceSearch(query, { k: 2, fetchK: 4, lambda: 0.9 })
      assert.equal(diverse[0].id, IDS[0])
      assert.notEqual(diverse[1].id, IDS[1])
      const filtered = await store.maxMarginalRelevanceSearch(query, { k: 4, filter: ofKind('pet') })
      assert.deepEqual(ids(filtered).sort(), [IDS[0], IDS[1]])
    }))

  it('deletes documents by ids and by a filter', () =>
    withStore(async (store, client) => {
      await store.delete({ ids: [IDS[0]] })
      assert.deepEqual(await client.count('documents'), { count: 3 })
      await store.delete({ filter: ofKind('pet') })
      const { points } = await client.scroll('documents')
      assert.deepEqual(ids(points), [IDS[2], IDS[3]])
    }))

  it('replaces documents of the same ids', () =>
    withStore(async (store, client) => {
      await store.addDocuments([new Document({ id: IDS[0], pageContent: 'lions', metadata: {} })])
      assert.deepEqual(await client.count('documents'), { count: 4 })
      assert.equal((await store.similaritySearch('lions', 1))[0].pageContent, 'lions')
    }))

  it('tells what was wrong with its documents', () =>
    withStore(async (store) => {
      const documents = [new Document({ id: 'no-uuid', pageContent: 'a' })]
      await assert.rejects(store.addDocuments(documents), /^Error: 400 .*no-uuid/)
    }))

  it('finds its documents again in a folder', () =>
    withFolder(async (path) => {
      const embeddings = new WordEmbeddings({})
      const first = await connect({ path })
      await QdrantVectorStore.fromDocuments(DOCUMENTS, embeddings, { client: first, collectionName: 'kept' })
      await first.close()
      const client = await connect({ path })
      const store = await QdrantVectorStore.fromExistingCollection(embeddings, {
        client,
        collectionName: 'kept'
      })
      assert.deepEqual(ids(await store.similaritySearch('harbour', 1)), [IDS[3]])
      await client.close()
    }))

  it('works by require', async () => {
    const require = createRequire(import.meta.url)
    const client = await require('qdrant-embedded').connect({ location: ':memory:' })
    const { QdrantVectorStore } = require('@langchain/qdrant')
    const store = await QdrantVectorStore.fromTexts(['one text'], { n: 1 }, new WordEmbeddings({}), {
      client
    })
    assert.deepEqual((await store.similaritySearch('text', 1))[0].metadata, { n: 1 })
    await client.close()
  })
})
