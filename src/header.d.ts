/* Generated from the Rust sources of the binding: do not edit. */

import type { QdrantClient as RestClient, Schemas } from '@qdrant/js-client-rest' with {
  'resolution-mode': 'import'
}

type RestMethod = {
  [K in keyof RestClient]: RestClient[K] extends (...args: never[]) => unknown ? K : never
}[keyof RestClient]

/** What every method that takes a request takes beside it. */
export interface CallOptions {
  /**
   * Makes the call reject with the signal's reason, at once. A read that has not begun is not made any more; a write
   * may be made all the same.
   */
  signal?: AbortSignal
}

/** The request object of a method of the REST client. */
export type Args<M extends RestMethod> = NonNullable<Parameters<RestClient[M]>[1]> & CallOptions

/** What writes take beside their request. */
export type WriteOptions = Pick<Args<'upsert'>, 'wait' | 'ordering' | 'timeout' | 'signal'>

type RestOptions = NonNullable<ConstructorParameters<typeof RestClient>[0]>

/** For a client of a Qdrant in this process. Of the REST client's options, only `timeout` has a meaning here. */
export type EmbeddedOptions = ClientOptions &
  Pick<RestOptions, 'timeout' | 'headers' | 'maxConnections' | 'checkCompatibility'> & {
    [K in 'url' | 'host' | 'port' | 'apiKey' | 'https' | 'prefix']?: undefined
  }

/** For a client of a Qdrant server: the options of the REST client, with a `url`, a `host` or a `port`. */
export type ServerOptions = RestOptions & { [K in keyof ClientOptions]?: undefined }

/** A point id: an unsigned 64-bit integer, as `bigint` beyond 2^53, or a UUID. */
export type PointId = Schemas['ExtendedPointId'] | bigint

/** A request in which the ids of points may also be `bigint`. */
export type WithBigintIds<T> = T extends unknown
  ? {
      [K in keyof T]: K extends 'ids' | 'points'
        ? PointId[] | Extract<T[K], null | undefined>
        : K extends 'offset'
          ? PointId | T[K]
          : T[K]
    }
  : never

/** The numbers of a dense vector. */
export type DenseVector = number[] | Float32Array

/** A sparse vector: its values, and where they are. */
export interface SparseVector {
  indices: number[]
  values: DenseVector
}

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
  | (WriteOptions & {
      points: {
        id: PointId
        vector: PointVectors
        payload?: Schemas['Payload'] | Record<string, unknown> | null
      }[]
    })
  | (WriteOptions & {
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
  | { upsert: Omit<UpsertArgs, keyof WriteOptions> }
  | { update_vectors: Omit<UpdateVectorsArgs, keyof WriteOptions> }
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

/** What reads take that only a cluster looks at, and their time limit. */
export interface ReadOptions extends CallOptions {
  consistency?: Schemas['ReadConsistency']
  /** In seconds, at least 1. */
  timeout?: number
}

/** What the searches, recommendations and discoveries of the REST API up to 1.18 have in common. */
export interface SearchOptions {
  /** Only points that match are found. */
  filter?: Schemas['Filter'] | Record<string, unknown> | null
  params?: Schemas['SearchParams'] | Record<string, unknown> | null
  with_payload?: Schemas['WithPayloadInterface'] | Record<string, unknown> | null
  /** Default: `false`. */
  with_vector?: Schemas['WithVector'] | Record<string, unknown> | null
  shard_key?: Schemas['ShardKeySelector'] | Record<string, unknown> | null
}

/** How groups are made. */
export interface GroupOptions {
  /** The payload field. */
  group_by: string
  /** Points per group. */
  group_size: number
  /** How many groups. */
  limit: number
  /** A collection in which the values are the ids of points, to be returned with the groups. */
  with_lookup?: Schemas['WithLookupInterface'] | Record<string, unknown> | null
}

/** A search: the search request of the REST API up to 1.18. */
export interface SearchRequest extends SearchOptions {
  /** The query, for the default vector or for a named one. */
  vector: DenseVector | { name: string; vector: DenseVector | SparseVector }
  limit: number
  /** Default: 0. */
  offset?: number | null
  /** Points with a worse score are left out. */
  score_threshold?: number | null
}

/** What `search` takes. It returns the payload by default, and 10 points. */
export type SearchArgs = Omit<SearchRequest, 'limit'> & Partial<Pick<SearchRequest, 'limit'>> & ReadOptions

/** What `searchBatch` takes. Its searches return no payload unless they ask for it. */
export type SearchBatchArgs = { searches: SearchRequest[] } & ReadOptions

/** What `searchPointGroups` takes. It returns no payload unless asked to. */
export type SearchPointGroupsArgs = Omit<SearchRequest, 'limit' | 'offset'> & GroupOptions & ReadOptions

/** A vector, or the id of the point whose vector it is. */
export type RecommendExample = PointId | DenseVector | SparseVector

/** What recommendations and discoveries have in common. */
export interface ExampleOptions {
  /** Name of the vector to compare. Default: the default vector. */
  using?: string | Record<string, unknown> | null
  /** Where the points are that examples name by their ids. Default: in this collection. */
  lookup_from?: Schemas['LookupLocation'] | Record<string, unknown> | null
}

/** A recommendation: the recommend request of the REST API up to 1.18. */
export interface RecommendRequest extends SearchOptions, ExampleOptions {
  /** What to be like. */
  positive?: RecommendExample[]
  /** What to be unlike. */
  negative?: RecommendExample[]
  /** Default: `'average_vector'`, which needs a positive example. */
  strategy?: Schemas['RecommendStrategy'] | Record<string, unknown> | null
  limit: number
  /** Default: 0. */
  offset?: number | null
  /** Points with a worse score are left out. */
  score_threshold?: number | null
}

/** What `recommend` takes. It returns the payload by default, and 10 points. */
export type RecommendArgs = Omit<RecommendRequest, 'limit'> &
  Partial<Pick<RecommendRequest, 'limit'>> &
  ReadOptions

/** What `recommendBatch` takes. Its recommendations return no payload unless they ask for it. */
export type RecommendBatchArgs = { searches: RecommendRequest[] } & ReadOptions

/** What `recommendPointGroups` takes. It returns no payload unless asked to. */
export type RecommendPointGroupsArgs = Omit<RecommendRequest, 'limit' | 'offset'> & GroupOptions & ReadOptions

/** A discovery: the discover request of the REST API up to 1.18. It needs a target, a context or both. */
export interface DiscoverRequest extends SearchOptions, ExampleOptions {
  /** What to be near to. */
  target?: RecommendExample | Record<string, unknown> | null
  /** Pairs, where found points are nearer to the positive than to the negative ones. */
  context?: { positive: RecommendExample; negative: RecommendExample }[] | null
  limit: number
  /** Default: 0. */
  offset?: number | null
}

/** What `discoverPoints` takes. It returns no payload unless asked to. */
export type DiscoverArgs = DiscoverRequest & ReadOptions

/** What `discoverBatchPoints` takes. */
export type DiscoverBatchArgs = { searches: DiscoverRequest[] } & ReadOptions

/** What `recoverFullSnapshot` takes. */
export interface RecoverFullSnapshotArgs extends CallOptions {
  /** Path of a file, or a `file://`, `http://` or `https://` URL, or the name of a snapshot of this store. */
  location: string
  /** SHA-256 that the file must have, in hexadecimal digits. */
  checksum?: string | null
  /** Sent as the header `api-key` when the location is a URL of the web. */
  api_key?: string | null
  /** Replaces collections and aliases of the same names. Default: `false`. */
  force?: boolean
}

/**
 * A client is one of the REST client, to be used wherever that is asked for, and disposes of itself at the end of an
 * `await using` block.
 */
export interface QdrantClient extends RestClient {
  [Symbol.asyncDispose](): Promise<void>

  /**
   * Waits until all points of a collection are indexed and the optimizer has nothing left to do; of a server, too.
   * Gives the collection's information at that moment. Rejects with status 500 when the optimizer failed.
   */
  waitForIndexing(
    collectionName: string,
    options?: CallOptions & {
      /** Called now and then, a few times a second. */
      onProgress?: (progress: {
        status: Schemas['CollectionStatus']
        points: number | null | undefined
        indexedVectors: number | null | undefined
      }) => void
    }
  ): Promise<Schemas['CollectionInfo']>
}

/**
 * What every call rejects with. It is an `ApiError` of the REST client: it has the status and the text that a Qdrant
 * server would give, the text also as its message.
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

/** How `migrate` copies. */
export interface MigrateOptions {
  /** Names of the collections to copy. Default: all. */
  collections?: string[]
  /** Points per batch, at least 1. Default: 256. */
  batchSize?: number
  /** Called after each batch. `done` and `total` are points of the collection. */
  onProgress?: (progress: { collection: string; done: number; total: number }) => void
  /** Stops the copy between two batches, with the reason of the signal. */
  signal?: AbortSignal
}

/** What `migrate` has done. */
export interface MigrateResult {
  collections: {
    name: string
    /** Points of the collection. */
    points: number
    /** Points that were copied now. */
    copied: number
    /** Points that were there already: those of an earlier run that was stopped. */
    skipped: number
  }[]
}

/**
 * Copies collections from one client to another, each embedded or of a server: settings, payload indexes,
 * points with their exact vectors, aliases. A copy that was stopped goes on when it is called again. At the
 * end the points are counted, and a sample of them compared; a difference rejects. Neither side may be
 * written to meanwhile.
 */
export function migrate(
  source: RestClient,
  target: RestClient,
  options?: MigrateOptions
): Promise<MigrateResult>
