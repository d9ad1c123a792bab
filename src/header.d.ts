/* Generated from the Rust sources of the binding: do not edit. */

import type { QdrantClient as RestClient, Schemas } from '@qdrant/js-client-rest' with {
  'resolution-mode': 'import'
}

type RestMethod = {
  [K in keyof RestClient]: RestClient[K] extends (...args: never[]) => unknown ? K : never
}[keyof RestClient]

/** The request object of a method of the REST client. */
export type Args<M extends RestMethod> = NonNullable<Parameters<RestClient[M]>[1]>

/** A point id: an unsigned 64-bit integer, as `bigint` beyond 2^53, or a UUID. */
export type PointId = Schemas['ExtendedPointId'] | bigint

/** A request in which the ids of points may also be `bigint`. */
export type WithBigintIds<T> = T extends unknown
  ? { [K in keyof T]: K extends 'ids' | 'points' ? PointId[] : K extends 'offset' ? PointId | T[K] : T[K] }
  : never

/** The numbers of a dense vector. */
export type DenseVector = number[] | Float32Array

/** A vector of any kind: dense, sparse, or several dense ones. */
export type Vector =
  | Schemas['Vector']
  | DenseVector
  | DenseVector[]
  | { indices: number[]; values: DenseVector }

/** The vectors of a point: the default one, or several by their names. */
export type PointVectors = Schemas['VectorStruct'] | DenseVector | DenseVector[] | { [name: string]: Vector }

/** What `upsert` takes: a list of points, or a batch of columns. */
export type UpsertArgs =
  | Args<'upsert'>
  | (Pick<Args<'upsert'>, 'wait' | 'ordering' | 'timeout'> & {
      points: {
        id: PointId
        vector: PointVectors
        payload?: Schemas['Payload'] | Record<string, unknown> | null
      }[]
    })
  | (Pick<Args<'upsert'>, 'wait' | 'ordering' | 'timeout'> & {
      batch: {
        ids: PointId[]
        vectors: Schemas['BatchVectorStruct'] | DenseVector[] | DenseVector[][] | { [name: string]: Vector[] }
        payloads?: (Schemas['Payload'] | Record<string, unknown> | null)[] | null
      }
    })

/** What `updateVectors` takes. */
export type UpdateVectorsArgs =
  | Args<'updateVectors'>
  | (Omit<Args<'updateVectors'>, 'points'> & {
      points: { id: PointId; vector: PointVectors }[]
      /** Only points that match are changed. */
      update_filter?: Schemas['Filter'] | null
    })

/** One update of a batch. */
export type UpdateOperation =
  | Schemas['UpdateOperation']
  | { upsert: Omit<UpsertArgs, 'wait' | 'ordering' | 'timeout'> }
  | { update_vectors: Omit<UpdateVectorsArgs, 'wait' | 'ordering' | 'timeout'> }
  | { delete: WithBigintIds<Schemas['PointsSelector']> }
  | { set_payload: WithBigintIds<Schemas['SetPayload']> }
  | { overwrite_payload: WithBigintIds<Schemas['SetPayload']> }
  | { delete_payload: WithBigintIds<Schemas['DeletePayload']> }
  | { clear_payload: WithBigintIds<Schemas['PointsSelector']> }
  | { delete_vectors: WithBigintIds<Schemas['DeleteVectors']> }

/** What `batchUpdate` takes. */
export type BatchUpdateArgs = Omit<Args<'batchUpdate'>, 'operations'> & { operations: UpdateOperation[] }

/** A vector, or the id of the point whose vector it is. */
export type VectorInput = Vector | PointId

/** A vector to be near to rather than to another one. */
export interface ContextPair {
  positive: VectorInput
  negative: VectorInput
}

/** What to look for. */
export type Query =
  | Args<'query'>['query']
  | VectorInput
  | { nearest: VectorInput; mmr?: Schemas['Mmr'] | null }
  | {
      recommend: {
        positive?: VectorInput[] | null
        negative?: VectorInput[] | null
        strategy?: Schemas['RecommendStrategy'] | null
      }
    }
  | { discover: { target: VectorInput; context: ContextPair | ContextPair[] | null } }
  | { context: ContextPair | ContextPair[] | null }
  | {
      relevance_feedback: {
        target: VectorInput
        feedback: { example: VectorInput; score: number }[]
        strategy: Schemas['FeedbackStrategy']
      }
    }

/** A query whose points another one is about. */
export type Prefetch = Omit<Schemas['Prefetch'], 'prefetch' | 'query'> & {
  prefetch?: Prefetch | Prefetch[] | null
  query?: Query
}

/** What `query` takes. */
export type QueryArgs = Omit<Args<'query'>, 'prefetch' | 'query'> & {
  prefetch?: Prefetch | Prefetch[] | null
  query?: Query
}

/** What `queryBatch` takes. */
export type QueryBatchArgs = Omit<Args<'queryBatch'>, 'searches'> & { searches: QueryArgs[] }

/** What `queryGroups` takes. */
export type QueryGroupsArgs = Omit<Args<'queryGroups'>, 'prefetch' | 'query'> & {
  prefetch?: Prefetch | Prefetch[] | null
  query?: Query
}

/** What `searchBatch` takes. Its searches return no payload unless they ask for it. */
export interface SearchBatchArgs {
  searches: SearchArgs[]
  consistency?: Schemas['ReadConsistency']
  timeout?: number
}

/** What `search` takes: the search request of the REST API up to 1.18. */
export interface SearchArgs {
  /** The query, for the default vector or for a named one. */
  vector: DenseVector | { name: string; vector: DenseVector | { indices: number[]; values: DenseVector } }
  /** Only points that match are found. */
  filter?: Schemas['Filter'] | null
  params?: Schemas['SearchParams'] | null
  /** Default: 10. */
  limit?: number
  /** Default: 0. */
  offset?: number | null
  /** Default: `true`. */
  with_payload?: Schemas['WithPayloadInterface'] | null
  /** Default: `false`. */
  with_vector?: Schemas['WithVector'] | null
  /** Points with a worse score are left out. */
  score_threshold?: number | null
  consistency?: Schemas['ReadConsistency']
  timeout?: number
  shard_key?: Schemas['ShardKeySelector'] | null
}

/** A client disposes of itself at the end of an `await using` block. */
export interface QdrantClient {
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * What every call rejects with. It has what an `ApiError` of the REST client has: the status and the text that a
 * Qdrant server would give.
 */
export class QdrantError extends Error {
  /** HTTP status of a Qdrant server in this case, such as 404. */
  readonly status: number
  /** Name of the status, such as `'Not Found'`. */
  readonly statusText: string
  /** The body of a Qdrant server's answer. */
  readonly data: { status: { error: string }; time: number }
  /** For some kinds of errors, what to tell them by. */
  readonly code?: 'STORAGE_LOCKED' | 'STORAGE_DAMAGED' | 'CLIENT_CLOSED'
  /** With status 429: seconds after which to try again, if that helps. */
  readonly retryAfter?: number
  /** With `STORAGE_LOCKED`: the lock file. */
  readonly lockFile?: string
  /** With `STORAGE_LOCKED`: the process that holds it, where it is known. */
  readonly pid?: number
  /** With `STORAGE_DAMAGED`: the file or folder at fault. */
  readonly path?: string
}
