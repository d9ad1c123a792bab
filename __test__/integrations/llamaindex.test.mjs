import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { BaseEmbedding } from '@llamaindex/core/embeddings'
import { NodeRelationship, TextNode } from '@llamaindex/core/schema'
import { QdrantVectorStore } from '@llamaindex/qdrant'

import { withClient } from '../helpers.mjs'
import { embed } from './words.mjs'

class WordEmbedding extends BaseEmbedding {
  async getTextEmbedding(text) {
    return embed(text)
  }
}

const open = (client) =>
  new QdrantVectorStore({ client, collectionName: 'nodes', embeddingModel: new WordEmbedding() })

const TEXTS = [
  { text: 'cats sleep on the sofa', document: 'pets', metadata: { kind: 'pet', year: 2021 } },
  { text: 'dogs sleep in the garden', document: 'pets', metadata: { kind: 'pet', year: 2022 } },
  {
    text: 'boats cross the harbour',
    document: 'sea',
    metadata: { kind: 'sea', year: 2023, tags: ['blue', 'calm'] }
  },
  { text: 'whales cross the ocean', document: 'sea', metadata: { kind: 'animal', year: 2024, empty: [] } }
]

function withStore(use) {
  return withClient(async (client) => {
    const store = open(client)
    const nodes = TEXTS.map(({ text, document, metadata }, index) => {
      const id_ = `00000000-0000-4000-8000-00000000000${index + 1}`
      const relationships = { [NodeRelationship.SOURCE]: { nodeId: document, metadata: {} } }
      return new TextNode({ id_, text, metadata, relationships, embedding: embed(text) })
    })
    await store.add(nodes)
    return use(store, client)
  })
}

/** The texts that a query for `text` finds. */
async function find(store, text, query = {}, options = undefined) {
  const { nodes } = await store.query(
    { queryEmbedding: embed(text), similarityTopK: 10, mode: 'default', ...query },
    options
  )
  return nodes.map((node) => node.getContent('NONE'))
}

const texts = (...indexes) => indexes.map((index) => TEXTS[index].text)
const filters = (...list) => ({ filters: { filters: list } })

describe('QdrantVectorStore of LlamaIndex', () => {
  it('finds similar nodes, with scores and metadata', () =>
    withStore(async (store) => {
      const query = { queryEmbedding: embed('boats cross the harbour'), similarityTopK: 2, mode: 'default' }
      const { nodes, similarities, ids } = await store.query(query)
      assert.deepEqual(ids, ['00000000-0000-4000-8000-000000000003', '00000000-0000-4000-8000-000000000004'])
      assert.ok(Math.abs(similarities[0] - 1) < 1e-5 && similarities[1] < similarities[0])
      assert.equal(nodes[0].metadata.kind, 'sea')
    }))

  const FILTERS = [
    ['==', { key: 'kind', value: 'pet', operator: '==' }, [0, 1]],
    ['== of a number', { key: 'year', value: 2023, operator: '==' }, [2]],
    ['!=', { key: 'kind', value: 'pet', operator: '!=' }, [2, 3]],
    ['>', { key: 'year', value: 2022, operator: '>' }, [2, 3]],
    ['<=', { key: 'year', value: 2022, operator: '<=' }, [0, 1]],
    ['in', { key: 'kind', value: ['sea', 'animal'], operator: 'in' }, [2, 3]],
    ['nin', { key: 'kind', value: ['sea', 'animal'], operator: 'nin' }, [0, 1]],
    ['text_match', { key: 'kind', value: 'animal', operator: 'text_match' }, [3]]
  ]
  for (const [name, filter, expected] of FILTERS) {
    it(`finds nodes by ${name}`, () =>
      withStore(async (store) => {
        assert.deepEqual((await find(store, 'the', filters(filter))).sort(), texts(...expected).sort())
      }))
  }

  it('finds nodes by one filter or another, and by all of them', () =>
    withStore(async (store) => {
      const list = [
        { key: 'kind', value: 'sea', operator: '==' },
        { key: 'year', value: 2022, operator: '<' }
      ]
      const either = { filters: { filters: list, condition: 'or' } }
      assert.deepEqual((await find(store, 'the', either)).sort(), texts(2, 0))
      assert.deepEqual(await find(store, 'the', { filters: { filters: list, condition: 'and' } }), [])
    }))

  it('finds nodes of documents, and by a filter and parameters of Qdrant', () =>
    withStore(async (store) => {
      assert.deepEqual((await find(store, 'the', { docIds: ['sea'] })).sort(), texts(2, 3))
      const qdrant_filters = { must_not: [{ key: 'doc_id', match: { value: 'sea' } }] }
      const qdrant_search_params = { exact: true }
      assert.deepEqual(await find(store, 'cats', {}, { qdrant_filters, qdrant_search_params }), texts(0, 1))
      assert.equal((await find(store, 'cats', {}, { qdrant_filters: {} })).length, 4)
    }))

  it('deletes the nodes of a document', () =>
    withStore(async (store, client) => {
      await store.delete('pets')
      assert.deepEqual(await client.count('nodes'), { count: 2 })
      assert.deepEqual((await find(store, 'the')).sort(), texts(2, 3))
    }))

  it('adds to a collection that is there already', () =>
    withStore(async (_store, client) => {
      const store = open(client)
      const id_ = '00000000-0000-4000-8000-000000000009'
      assert.deepEqual(await store.add([new TextNode({ id_, text: 'new', embedding: embed('new') })]), [id_])
      assert.deepEqual(await client.count('nodes'), { count: 5 })
    }))
})
