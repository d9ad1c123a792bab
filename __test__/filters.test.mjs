import assert from 'node:assert/strict'
import { describe, it } from 'node:test'

import { refusal, withClient, withPoints } from './helpers.mjs'

const UUID = '550e8400-e29b-41d4-a716-446655440000'
const at = (lon, lat) => ({ lon, lat })
const BERLIN = at(13.404954, 52.520008)
const LONDON = at(-0.127758, 51.507351)
const PAYLOADS = [
  {
    n: 1,
    price: 1.5,
    city: 'Berlin',
    text: 'the quick brown fox',
    day: '2024-01-01T00:00:00Z',
    place: BERLIN,
    tags: ['a']
  },
  {
    n: 2,
    price: 2.5,
    city: 'London',
    text: 'a lazy dog',
    day: '2024-06-01',
    place: LONDON,
    tags: ['a', 'b'],
    flag: true
  },
  {
    n: 3,
    price: 3.5,
    city: 'Berlin',
    text: 'brown dog',
    day: '2025-01-01T12:00:00+02:00',
    tags: [],
    none: null
  },
  {
    n: 4,
    items: [
      { kind: 'x', size: 1 },
      { kind: 'y', size: 9 }
    ],
    deep: { er: { value: 'here' } }
  },
  { n: 5, items: [{ kind: 'x', size: 9 }], city: ['Berlin', 'Paris'], flag: false }
]
const POINTS = [
  ...PAYLOADS.map((payload, i) => ({ id: i + 1, vector: [1, 0, 0, i], payload })),
  { id: UUID, vector: [0, 0, 0, 0] }
]

const key = (key, condition) => ({ key, ...condition })
const polygon = {
  exterior: { points: [at(10, 50), at(10, 55), at(15, 55), at(15, 50), at(10, 50)] }
}

// What each filter matches, by id.
const CASES = [
  ['match value: keyword', { must: [key('city', { match: { value: 'Berlin' } })] }, [1, 3, 5]],
  ['match value: integer', { must: [key('n', { match: { value: 2 } })] }, [2]],
  ['match value: bool', { must: [key('flag', { match: { value: false } })] }, [5]],
  ['match text', { must: [key('text', { match: { text: 'brown' } })] }, [1, 3]],
  ['match phrase', { must: [key('text', { match: { phrase: 'brown fox' } })] }, [1]],
  ['match any', { must: [key('n', { match: { any: [1, 4, 9] } })] }, [1, 4]],
  ['match except', { must: [key('city', { match: { except: ['London'] } })] }, [1, 3, 5]],
  ['range', { must: [key('price', { range: { gt: 1.5, lte: 3.5 } })] }, [2, 3]],
  [
    'datetime range',
    { must: [key('day', { range: { gte: '2024-06-01T00:00:00Z', lt: '2025-01-01T11:00:00Z' } })] },
    [2, 3]
  ],
  [
    'geo box',
    { must: [key('place', { geo_bounding_box: { top_left: at(13, 53), bottom_right: at(14, 52) } })] },
    [1]
  ],
  ['geo radius', { must: [key('place', { geo_radius: { center: LONDON, radius: 1000 } })] }, [2]],
  ['geo polygon', { must: [key('place', { geo_polygon: polygon })] }, [1]],
  ['values count', { must: [key('tags', { values_count: { gte: 1, lt: 2 } })] }, [1]],
  ['is empty', { must: [{ is_empty: { key: 'tags' } }] }, [3, 4, 5, UUID]],
  ['is null', { must: [{ is_null: { key: 'none' } }] }, [3]],
  ['has id', { must: [{ has_id: [2, UUID, 99] }] }, [2, UUID]],
  ['has vector', { must: [{ has_vector: '' }] }, [1, 2, 3, 4, 5, UUID]],
  ['nested path', { must: [key('deep.er.value', { match: { value: 'here' } })] }, [4]],
  ['array path', { must: [key('items[].kind', { match: { value: 'y' } })] }, [4]],
  [
    'nested object',
    {
      must: [
        {
          nested: {
            key: 'items',
            filter: { must: [key('kind', { match: { value: 'x' } }), key('size', { range: { gt: 5 } })] }
          }
        }
      ]
    },
    [5]
  ],
  ['must not', { must_not: [key('city', { match: { value: 'Berlin' } })] }, [2, 4, UUID]],
  ['should', { should: [key('n', { match: { value: 1 } }), key('n', { match: { value: 4 } })] }, [1, 4]],
  [
    'min should',
    {
      min_should: {
        min_count: 2,
        conditions: [
          key('n', { range: { lt: 3 } }),
          key('city', { match: { value: 'Berlin' } }),
          key('flag', { match: { value: true } })
        ]
      }
    },
    [1, 2]
  ],
  [
    'filters within filters',
    {
      must: [
        {
          should: [
            key('n', { match: { value: 1 } }),
            { must: [key('n', { match: { value: 2 } })], must_not: [{ has_id: [2] }] }
          ]
        }
      ]
    },
    [1]
  ],
  ['a single condition for a list', { must: key('n', { match: { value: 3 } }) }, [3]],
  ['an empty filter', {}, [1, 2, 3, 4, 5, UUID]]
]

const SCHEMAS = {
  n: 'integer',
  price: 'float',
  city: 'keyword',
  text: { type: 'text', tokenizer: 'word', phrase_matching: true },
  day: 'datetime',
  place: 'geo',
  tags: 'keyword',
  flag: 'bool',
  'items[].kind': 'keyword',
  'items[].size': 'integer'
}

describe('a filter', () => {
  for (const indexed of [false, true]) {
    it(`matches what it says, ${indexed ? 'with' : 'without'} payload indexes`, () =>
      withPoints(POINTS, async (client) => {
        if (indexed) {
          for (const [field_name, field_schema] of Object.entries(SCHEMAS)) {
            await client.createPayloadIndex('points', { wait: true, field_name, field_schema })
          }
        }
        for (const [name, filter, expected] of CASES) {
          const { points } = await client.scroll('points', { filter, limit: 100 })
          assert.deepEqual(
            points.map(({ id }) => id),
            expected,
            name
          )
          assert.deepEqual(await client.count('points', { filter }), { count: expected.length }, name)
          const found = await client.query('points', { query: [1, 1, 1, 1], filter, limit: 100 })
          const sorted = found.points.map(({ id }) => id).sort((a, b) => String(a).localeCompare(String(b)))
          assert.deepEqual(
            sorted,
            [...expected].sort((a, b) => String(a).localeCompare(String(b))),
            name
          )
        }
      }))
  }

  it('that is wrong is refused, and deletes nothing', () =>
    withPoints(POINTS, async (client) => {
      const wrong = [
        [{ must: [{ key: 'n' }] }, 422, 'At least one field condition must be specified'],
        [{ must: [{ key: 'n', match: {} }] }, 400, 'Format error in JSON body'],
        [{ must: [{ key: 'n', range: { gt: 'x' } }] }, 400, 'Format error in JSON body'],
        [{ must: [{ what: 1 }] }, 400, 'Format error in JSON body'],
        [{ must: [{ key: 'a[', match: { value: 1 } }] }, 400, 'Format error in JSON body'],
        ['text', 400, 'Format error in JSON body']
      ]
      for (const [filter, status, text] of wrong) {
        await assert.rejects(
          client.scroll('points', { filter }),
          refusal(status, text),
          JSON.stringify(filter)
        )
        await assert.rejects(
          client.delete('points', { wait: true, filter }),
          refusal(status, text),
          JSON.stringify(filter)
        )
      }
      assert.deepEqual(await client.count('points'), { count: POINTS.length })
    }))

  it('that is nested without end is refused, and crashes nothing', () =>
    withClient(async (client) => {
      await client.createCollection('points', { vectors: { size: 4, distance: 'Dot' } })
      let filter = { has_id: [1] }
      for (let depth = 0; depth < 5000; depth++) filter = { must: [filter] }
      await assert.rejects(client.scroll('points', { filter }), refusal(400, 'recursion limit exceeded'))
    }))
})
