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

/**
 * A quantization by a word: `'int8'` is `{ scalar: { type: 'int8', always_ram: true } }` and `'turbo4'` is
 * `{ turbo: { bits: 'bits4', always_ram: true } }`. In a new collection the vectors themselves are then on the disk
 * (`on_disk: true`), unless their settings say where they are. `docs/performance.md` tells what either does.
 */
export type QuantizationWord = 'int8' | 'turbo4'

/** Settings in which a quantization may be a word. */
export type WithQuantizationWord<T extends { quantization_config?: unknown }> = Omit<T, 'quantization_config'> & {
  quantization_config?: T['quantization_config'] | QuantizationWord
}

type VectorParams = WithQuantizationWord<Schemas['VectorParams']>

type VectorParamsDiff = WithQuantizationWord<Schemas['VectorParamsDiff']>

/** What `createCollection` and `recreateCollection` take. */
export type CreateCollectionArgs =
  | Args<'createCollection'>
  | (WithQuantizationWord<Omit<Args<'createCollection'>, 'vectors'>> & {
      vectors?: VectorParams | { [name: string]: VectorParams }
    })

/** What `updateCollection` takes. */
export type UpdateCollectionArgs =
  | Args<'updateCollection'>
  | (WithQuantizationWord<Omit<Args<'updateCollection'>, 'vectors'>> & {
      vectors?: { [name: string]: VectorParamsDiff } | null
    })

/** The numbers of a dense vector. */
export type DenseVector = number[] | Float32Array

/** Several dense vectors of `dim` numbers, one after the other in one array: what costs least to hand over. */
export interface FlatVectors {
  data: Float32Array
  dim: number
}

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
  | FlatVectors
  | { indices: number[]; values: DenseVector }

/** The vectors of a point: the default one, or several by their names. */
export type PointVectors =
  | Schemas['VectorStruct']
  | DenseVector
  | DenseVector[]
  | FlatVectors
  | { [name: string]: Vector }

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
        vectors:
          | Schemas['BatchVectorStruct']
          | DenseVector[]
          | DenseVector[][]
          | FlatVectors
          | { [name: string]: Vector[] | FlatVectors }
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

/** How long `close` waits. */
export interface CloseOptions {
  /**
   * Seconds to wait for an optimization that runs, 0 or more, after the calls made so far. If it takes longer, the
   * client is closed all the same, and all that was acknowledged is on the disk; but the folder stays locked until the
   * optimization ends, or this process does, which loses nothing but its work. Default: until it ends.
   */
  timeout?: number
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
  /** Those of a Qdrant server's answer. */
  readonly headers: Headers
  /** Of a Qdrant server's answer; empty for a client of a folder. */
  readonly url: string
  /** For some kinds of errors, what to tell them by. */
  readonly code?:
    | 'STORAGE_LOCKED'
    | 'STORAGE_DAMAGED'
    | 'STORAGE_UNAVAILABLE'
    | 'CLIENT_CLOSED'
    | 'ONNX_RUNTIME_MISSING'
  /**
   * With status 429: seconds after which to try again, if that helps. Such an error is a
   * `QdrantClientResourceExhaustedError`, as the REST client throws it, with the properties of this class.
   */
  readonly retryAfter?: number
  /** With `STORAGE_LOCKED`: the lock file. */
  readonly lockFile?: string
  /** With `STORAGE_LOCKED`: the process that holds it, where it is known. */
  readonly pid?: number
  /** With `STORAGE_DAMAGED` and `STORAGE_UNAVAILABLE`: the file or folder at fault. */
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
 * written to meanwhile. The limits of strict modes are kept to, also while they say to wait; the target gets
 * that of the source last. An alias among `collections` stands for its collection.
 */
export function migrate(
  source: RestClient,
  target: RestClient,
  options?: MigrateOptions
): Promise<MigrateResult>

/** Which files of a kind `indexFolder` is about, where it keeps them, and with which model. All of it is optional. */
export interface FileKindOptions {
  /** The collection, which is created when there is something to store. Default: `'images'`, `'texts'`. */
  collection?: string
  /**
   * The model, as with `embedImages` and `embedTexts`. Default: the one that the collection was made with; for a new
   * one `'clip'` for images, `'Qdrant/all-MiniLM-L6-v2-onnx'` for texts.
   */
  model?: string | LocalModel
  /** How many inputs the model takes at once. Default: 8 images, 32 texts. */
  batchSize?: number
  /**
   * Extensions of the files, with their dots; letter case does not matter. Default:
   * `['.jpg', '.jpeg', '.png', '.webp', '.gif', '.bmp']`, `['.txt', '.text', '.md', '.markdown']`.
   */
  extensions?: string[]
  /** Bytes beyond which a file is refused. Default: 512 million for images, 8 million for texts. */
  maxFileSize?: number
}

/** Images. */
export interface ImageFilesOptions extends FileKindOptions {
  /** The text model whose vectors can be compared with those of `model`. Default: the other half of CLIP. */
  textModel?: string | LocalModel
}

/** Texts: their chunks are those of `splitText`. */
export interface TextFilesOptions extends FileKindOptions, Pick<SplitOptions, 'maxTokens' | 'overlap'> {}

/** Kinds of files, and what their models are loaded with. */
export interface FileOptions
  extends Pick<EmbedOptions, 'cacheDir' | 'threads' | 'executionProviders' | 'localFilesOnly'> {
  /** Images; `false` leaves them out. Default: `true`. */
  images?: boolean | ImageFilesOptions
  /** Texts; `false` leaves them out. Default: `true`. */
  texts?: boolean | TextFilesOptions
  /** Gives the work up, with the reason of the signal. What was stored stays. */
  signal?: AbortSignal
}

/** How far `indexFolder` is. */
export type IndexProgress =
  /** It looks for files, and has found so many. */
  | { phase: 'find'; done: number }
  /** It downloads a model. */
  | (Omit<EmbedProgress, 'phase'> & { phase: 'download'; kind: 'image' | 'text' })
  /**
   * It is done with a file, of so many of this kind that were not known to be as they are stored. `outcome` says what
   * was done: `'embedded'`; `'copied'` from another file with the same content; `'unchanged'`, only the time of change
   * was another; `'removed'`, since it is not there any more; or `'failed'`, with the `error`.
   */
  | {
      phase: 'index'
      kind: 'image' | 'text'
      file: string
      outcome: 'embedded' | 'copied' | 'unchanged' | 'removed' | 'failed'
      error?: Error
      done: number
      total: number
    }

/** How `indexFolder` works. All of it is optional. */
export interface IndexFolderOptions extends FileOptions {
  /**
   * What to leave out, with all that is in it: hears the path below the folder, and whether it is a folder. What is
   * hidden, and folders in which a Qdrant keeps its data, are always left out. Default: nothing else.
   */
  ignore?: (path: string, isFolder: boolean) => boolean
  /**
   * Whether a file or folder that cannot be used ends the work, or is left out and reported. Default: `'skip'`.
   */
  onError?: 'throw' | 'skip'
  onProgress?: (progress: IndexProgress) => void
}

/** What `indexFolder` has done with the files of one kind. */
export interface IndexedFiles {
  collection: string
  /** The name of the model, with its folder if it is in one. */
  model: string
  /** Files that are there: `indexed`, `unchanged` and `failed` ones. */
  found: number
  /** Files that were stored. */
  indexed: number
  /** Those of them that the model was needed for. */
  embedded: number
  /** Files that were stored as they are. */
  unchanged: number
  /** Files that were stored and are not there any more. */
  removed: number
  failed: number
}

/** What `indexFolder` has done. */
export interface IndexFolderResult {
  /** The folder, without symbolic links. */
  folder: string
  /** `null` if images were left out. */
  images: IndexedFiles | null
  /** `null` if texts were left out. */
  texts: IndexedFiles | null
  /** Files that could not be used, and folders that could not be read, of which `kind` is `null`. */
  failures: { file: string; kind: 'image' | 'text' | null; error: Error }[]
}

/**
 * Makes collections hold what is in a folder and its subfolders: a point for each image, with its path as
 * `image_path`, and points for the chunks of each text, with `text_path`, `text`, `start` and `end`. Called again, it
 * stores only what is new or has another content, and deletes the points of files that are gone; all that it needs to
 * know for that is in the points (`file_size`, `modified`, `file_sha256`). So a run that was stopped or killed goes on
 * where it was, files that were moved are not embedded again, and several folders can share collections.
 *
 * Ids derive from paths (UUIDs of version 5). Points that were not made by this function are left alone; so are those of
 * files and folders that are there and cannot be read. Links to folders are not followed.
 *
 * Rejects when there is no such folder, and when model and collection do not go together. A server's client will do as
 * well.
 *
 * ```js
 * const { images, failures } = await indexFolder(client, '/home/ann/Pictures')
 * ```
 */
export function indexFolder(
  client: QdrantClient,
  folder: string,
  options?: IndexFolderOptions
): Promise<IndexFolderResult>

/** How `watchFolder` works. All of it is optional. */
export interface WatchFolderOptions extends IndexFolderOptions {
  /** Milliseconds without a change after which changes are looked at. Default: 500. */
  debounce?: number
  /** Milliseconds after which the folder is looked through even though no change was heard of. Default: 5 minutes. */
  rescanInterval?: number
  /** Hears of every scan that changed something or has other failures than the one before. */
  onScan?: (result: IndexFolderResult) => void
  /**
   * Hears why a scan after the first could not be made, because the folder is not there for example. It is tried again,
   * after half a minute at most, unless the client is closed.
   */
  onScanError?: (error: unknown) => void
}

/** Keeps the index of a folder current. It keeps the process alive. */
export interface FolderWatcher {
  /** That of the last scan. */
  readonly result: IndexFolderResult
  /** Resolves when the watching has ended: by `close()`, by the signal, or with the client. */
  readonly closed: Promise<void>
  /** Ends the watching; resolves when nothing goes on any more. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Does what `indexFolder` does, and again whenever something in the folder changes. Resolves after the first scan, and
 * rejects when that fails. What the system tells of changes only says when to look: a change that it did not tell of
 * is made up for by the next scan.
 *
 * ```js
 * await using watcher = await watchFolder(client, '/home/ann/Pictures', {
 *   onScan: ({ images }) => console.log(`${images?.indexed} new`)
 * })
 * ```
 */
export function watchFolder(
  client: QdrantClient,
  folder: string,
  options?: WatchFolderOptions
): Promise<FolderWatcher>

/** What `searchFiles` looks for: what words say, or images like one, by its path or its content. */
export type FileQuery = string | { text: string } | { image: string | Uint8Array }

/** How `searchFiles` works. All of it is optional. */
export interface SearchFilesOptions extends FileOptions {
  /** How many matches of each kind. Default: 10. */
  limit?: number
  /** Only points that match are found, such as those of one `text_path`. */
  filter?: Schemas['Filter'] | Record<string, unknown> | null
  /** Hears how far the download of a model is. */
  onProgress?: (progress: EmbedProgress) => void
}

/** An image that was found. */
export interface ImageMatch {
  id: string | number | bigint
  score: number
  file: string
  payload: Schemas['Payload']
}

/** A chunk of a text that was found: `text` is the text of the file from `start` to `end`. */
export interface TextMatch extends ImageMatch {
  text: string
  start: number
  end: number
}

/**
 * Finds files that `indexFolder` has stored, best first: images that are like one, or that words describe, and chunks of
 * texts that words are about. Scores of images and of texts come from different models, and do not compare.
 *
 * `null` stands for what was not searched: texts by an image, a kind that is left out or has no collection, and images
 * by words, unless their model is CLIP or `images.textModel` says what understands the words. Rejects if neither could be.
 *
 * ```js
 * const { images, texts } = await searchFiles(client, 'a dog on a beach')
 * const { images: similar } = await searchFiles(client, { image: 'holiday.jpg' })
 * ```
 */
export function searchFiles(
  client: QdrantClient,
  query: FileQuery,
  options?: SearchFilesOptions
): Promise<{ images: ImageMatch[] | null; texts: TextMatch[] | null }>
/**
 * What runs a model: Apple's Core ML (macOS), the CPU, NVIDIA's CUDA, or DirectML (Windows), by the names of
 * `onnxruntime-node`. Which there are depends on the ONNX Runtime library.
 */
export type ExecutionProvider = 'coreml' | 'cpu' | 'cuda' | 'dml'

/**
 * What a model is for: vectors of images, vectors of texts, sparse vectors of texts, all three kinds of vectors of texts
 * that BGE-M3 makes, or scores of texts for a query.
 */
export type ModelKind = 'image' | 'text' | 'sparse' | 'bge-m3' | 'reranker'

/** What becomes of images of which some cannot be used. */
export interface UsableImages {
  /** For each image, in the same order, its vector, or `null` if it cannot be used. */
  vectors: (Float32Array | null)[]
  /** The images that cannot be used, by their index from 0, and why. */
  failures: { index: number; error: QdrantError }[]
}

/** Embeds the images that can be used, and tells of the others. See the other form of this function. */
export declare function embedImages(
  images: ReadonlyArray<string | Uint8Array>,
  options: EmbedOptions & { onError: 'skip' }
): Promise<UsableImages>

/** How to rerank. All of it is optional. */
export interface RerankOptions extends EmbedOptions {
  /** How many of the best to resolve to. Default: all. */
  topK?: number
}

/**
 * A Qdrant in this process, or a server, as a client of `@qdrant/js-client-rest`: an instance of its class,
 * which works wherever that does.
 *
 * `new QdrantClient({ path })` opens the folder in the background: calls wait for it, and fail with
 * the reason if it cannot be opened. `connect` waits for it.
 *
 * Writes to one collection are applied in call order, also when they are not awaited; reads run in
 * parallel. Every method rejects with a `QdrantError` that has the `status` and the
 * `data.status.error` of a Qdrant server.
 *
 * ```js
 * const client = await connect({ path: './data' })
 * await client.createCollection('photos', { vectors: { size: 4, distance: 'Cosine' } })
 * await client.upsert('photos', { points: [{ id: 1, vector: [0.1, 0.2, 0.3, 0.4], payload: { name: 'sea' } }] })
 * const { points } = await client.query('photos', { query: [0.1, 0.2, 0.3, 0.4], limit: 3, with_payload: true })
 * await client.close()
 * ```
 */
export declare class QdrantClient {
  /** Makes a client whose storage is opened in the background, or one of a server; see `connect`. */
  constructor(options: EmbeddedOptions | ServerOptions)
  /**
   * Waits for the calls made so far and closes this client. The last client of a folder flushes the
   * data and releases the folder before this resolves; an optimization that runs is waited for, which may
   * take minutes after a large load, unless a `timeout` is given. Closing twice is harmless; later calls are
   * rejected with code `CLIENT_CLOSED`. Rejects when the data cannot be flushed: the client then
   * stays open and `close` can be tried again, but for a folder that was removed meanwhile: of that
   * one it is closed, and what was not flushed is lost. A client of a server has nothing to close.
   */
  close(options?: CloseOptions): Promise<void>
  /**
   * Writes everything that was called before, of every collection, to the disk. When this resolves, a
   * power cut cannot take it any more. Rejects when the disk refuses. A client of a server has nothing to
   * flush.
   */
  flush(): Promise<void>
  /** Lists the collections by name. */
  getCollections(): Promise<Schemas['CollectionsResponse']>
  /** Tells settings, size and state of a collection. */
  getCollection(collectionName: string): Promise<Schemas['CollectionInfo']>
  /** Tells whether a collection, or an alias of one, exists. */
  collectionExists(collectionName: string): Promise<Schemas['CollectionExistence']>
  /**
   * Creates a collection. `quantization_config` may be a word. Rejects with status 409 when the name is
   * taken.
   */
  createCollection(collectionName: string, args?: CreateCollectionArgs): Promise<boolean>
  /**
   * Changes settings of a collection; what is not given, or `null`, stays as it is. `"Disabled"` removes
   * a quantization, and a `null` in `metadata` removes a key. Waits for the optimizer, if it is at
   * work and the change touches more than graphs and the optimizer itself; existing data follows in
   * the background. Rejects with status 400 for a vector that does not exist.
   */
  updateCollection(collectionName: string, args?: UpdateCollectionArgs): Promise<boolean>
  /**
   * Replaces a collection by a new, empty one, or creates it. The aliases of the old one go with it.
   * When the new one cannot be created, the old one stays.
   */
  recreateCollection(collectionName: string, args?: CreateCollectionArgs): Promise<boolean>
  /**
   * Tells the runs of a collection's optimizer since it was opened: the one at work, the one that is due
   * and, with `completed`, up to 16 that changed something or failed. The engine does not tell what a
   * run does to which segments, so each is one optimization named `all`, and lists of segments are
   * empty.
   */
  getOptimizations(collectionName: string, args?: Args<'getOptimizations'>): Promise<Schemas['OptimizationsResponse']>
  /**
   * Adds a vector to a collection, which no point has yet; waits for the optimizer, if it is at work. One that is there already is left alone if
   * it is of the same size and kind, and is a reason to reject with status 400 otherwise.
   */
  createVectorName(collectionName: string, vectorName: string, config: Schemas['VectorNameConfig'], args?: WriteOptions): Promise<Schemas['UpdateResult']>
  /**
   * Removes a vector from a collection, with its values in all points. One that does not exist is no
   * error.
   */
  deleteVectorName(collectionName: string, vectorName: string, args?: WriteOptions): Promise<Schemas['UpdateResult']>
  /** Deletes a collection with its aliases. Resolves to `false` when there is none of that name. */
  deleteCollection(collectionName: string, args?: Args<'deleteCollection'>): Promise<boolean>
  /** Creates, deletes and renames aliases: all of the actions, or none when one of them fails. */
  updateCollectionAliases(args: Parameters<RestClient['updateCollectionAliases']>[0] & CallOptions): Promise<boolean>
  /** Lists all aliases. */
  getAliases(): Promise<Schemas['CollectionsAliasesResponse']>
  /** Lists the aliases of a collection. */
  getCollectionAliases(collectionName: string): Promise<Schemas['CollectionsAliasesResponse']>
  /** Sets payload values, keeping the other ones; under `key` when it is given. */
  setPayload(collectionName: string, args: WithBigintIds<Args<'setPayload'>>): Promise<Schemas['UpdateResult']>
  /** Replaces the whole payload of points. */
  overwritePayload(collectionName: string, args: WithBigintIds<Args<'overwritePayload'>>): Promise<Schemas['UpdateResult']>
  /** Deletes payload values by their keys. */
  deletePayload(collectionName: string, args: WithBigintIds<Args<'deletePayload'>>): Promise<Schemas['UpdateResult']>
  /** Deletes the whole payload of points. */
  clearPayload(collectionName: string, args: WithBigintIds<Args<'clearPayload'>>): Promise<Schemas['UpdateResult']>
  /** Indexes a payload field, so that filters on it are fast. */
  createPayloadIndex(collectionName: string, args: Args<'createPayloadIndex'>): Promise<Schemas['UpdateResult']>
  /** Removes the index of a payload field. */
  deletePayloadIndex(collectionName: string, fieldName: string, args?: Parameters<RestClient['deletePayloadIndex']>[2]): Promise<Schemas['UpdateResult']>
  /**
   * Inserts points, or replaces those with the same ids. All of them are written, or none when one
   * is wrong. `wait` is `true` unless given; with `false` the answer is `acknowledged`, but comes
   * just as late, since what is acknowledged is also kept.
   *
   * `{ text, model }` and `{ image, model }` in the place of vectors become those that the model makes of
   * them, on this machine; all that one call has for a model at once. `qdrant/bm25` makes sparse
   * vectors, which want `modifier: 'idf'`. Later writes to the collection wait for a model, too;
   * searches do not. Rejects with status 400 for a model or an option that is not known. See
   * `docs/embeddings.md`.
   */
  upsert(collectionName: string, args: UpsertArgs): Promise<Schemas['UpdateResult']>
  /** Deletes points, by ids or by a filter. */
  delete(collectionName: string, args: WithBigintIds<Args<'delete'>>): Promise<Schemas['UpdateResult']>
  /**
   * Replaces vectors of points; their other vectors and their payload stay. Rejects with status 404
   * when one of the points does not exist.
   */
  updateVectors(collectionName: string, args: UpdateVectorsArgs): Promise<Schemas['UpdateResult']>
  /** Deletes vectors of points by their names; their other vectors and their payload stay. */
  deleteVectors(collectionName: string, args: WithBigintIds<Args<'deleteVectors'>>): Promise<Schemas['UpdateResult']>
  /** Applies several updates in order: all of them, or none when one of them is refused. */
  batchUpdate(collectionName: string, args: BatchUpdateArgs): Promise<Schemas['UpdateResult'][]>
  /** Reads points by their ids, in the order of the ids; ids without a point are left out. */
  retrieve(collectionName: string, args: WithBigintIds<Args<'retrieve'>>): Promise<Schemas['Record'][]>
  /** Pages through the points that match a filter, by id or in the order of a payload field. */
  scroll(collectionName: string, args?: WithBigintIds<Args<'scroll'>>): Promise<Schemas['ScrollResult']>
  /** Reads one point with its payload and its vectors. Rejects with status 404 when there is none. */
  getPoint(collectionName: string, args: { id: PointId } & CallOptions): Promise<Schemas['Record']>
  /** Counts the points that match a filter, exactly unless `exact` is `false`. */
  count(collectionName: string, args?: Args<'count'>): Promise<Schemas['CountResult']>
  /**
   * Finds points by a query of any kind, perhaps among those that a `prefetch` finds. Without a
   * `query`, returns points by their ids. A vector may be what a model makes of a
   * text or an image, as in `upsert`.
   */
  query(collectionName: string, args: QueryArgs): Promise<Schemas['QueryResponse']>
  /** Runs several queries at once. */
  queryBatch(collectionName: string, args: QueryBatchArgs): Promise<Schemas['QueryResponse'][]>
  /** Finds points as `query` does, in groups by the values of a payload field. */
  queryGroups(collectionName: string, args: QueryGroupsArgs): Promise<Schemas['GroupsResult']>
  /** Counts the points for each value of a payload field, which has an index. */
  facet(collectionName: string, args: Args<'facet'>): Promise<Schemas['FacetResponse']>
  /** Compares points picked by chance with each other; the answer is a list of pairs. */
  searchMatrixPairs(collectionName: string, args?: Args<'searchMatrixPairs'>): Promise<Schemas['SearchMatrixPairsResponse']>
  /** Compares points picked by chance with each other; the answer is a sparse matrix. */
  searchMatrixOffsets(collectionName: string, args?: Args<'searchMatrixOffsets'>): Promise<Schemas['SearchMatrixOffsetsResponse']>
  /** Finds the points nearest to a vector, as the REST client did until its version 1.18. */
  search(collectionName: string, args: SearchArgs): Promise<Schemas['ScoredPoint'][]>
  /** Runs several searches at once, as the REST client did until its version 1.18. */
  searchBatch(collectionName: string, args: SearchBatchArgs): Promise<Schemas['ScoredPoint'][][]>
  /**
   * Finds the points nearest to a vector, in groups by the values of a payload field, as the REST client
   * did until its version 1.18.
   */
  searchPointGroups(collectionName: string, args: SearchPointGroupsArgs): Promise<Schemas['GroupsResult']>
  /**
   * Finds points like some examples and unlike others, as the REST client did until its version 1.18.
   * Examples are ids of points, which are not in the result then, and vectors.
   */
  recommend(collectionName: string, args: RecommendArgs): Promise<Schemas['ScoredPoint'][]>
  /** Runs several recommendations at once, as the REST client did until its version 1.18. */
  recommendBatch(collectionName: string, args: RecommendBatchArgs): Promise<Schemas['ScoredPoint'][][]>
  /** Another name of `recommendBatch`. */
  recommend_batch(collectionName: string, args: RecommendBatchArgs): Promise<Schemas['ScoredPoint'][][]>
  /**
   * Finds points like some examples and unlike others, in groups by the values of a payload field, as the
   * REST client did until its version 1.18.
   */
  recommendPointGroups(collectionName: string, args: RecommendPointGroupsArgs): Promise<Schemas['GroupsResult']>
  /**
   * Finds the points nearest to a target among those that a context favours, or those that a context
   * favours, as the REST client did until its version 1.18.
   */
  discoverPoints(collectionName: string, args: DiscoverArgs): Promise<Schemas['ScoredPoint'][]>
  /** Runs several discoveries at once, as the REST client did until its version 1.18. */
  discoverBatchPoints(collectionName: string, args: DiscoverBatchArgs): Promise<Schemas['ScoredPoint'][][]>
  /**
   * Lists the snapshots of a collection by name. Their files are in the storage folder, in
   * `snapshots/<collection>`, each beside one with its checksum.
   */
  listSnapshots(collectionName: string): Promise<Schemas['SnapshotDescription'][]>
  /**
   * Makes a snapshot of a collection, of one moment, in the format of a Qdrant server. Reads and writes go
   * on; writes wait only while the files are copied. What was written before the call is in it, and
   * perhaps some of what is written until it resolves. It resolves when the snapshot is on the disk, also
   * without `wait`.
   */
  createSnapshot(collectionName: string, args?: Args<'createSnapshot'>): Promise<Schemas['SnapshotDescription']>
  /** Deletes a snapshot of a collection. Rejects with status 404 if there is none of that name. */
  deleteSnapshot(collectionName: string, snapshotName: string, args?: Parameters<RestClient['deleteSnapshot']>[2] & CallOptions): Promise<boolean>
  /**
   * Tells the path of the file of a collection's snapshot, to copy it elsewhere or to upload it to a
   * server, which takes it as it is. Rejects with status 404 if there is none of that name. Not for
   * clients of a server.
   */
  snapshotPath(collectionName: string, snapshotName: string): Promise<string>
  /**
   * Replaces the points of a collection by those of a snapshot, or creates the collection: all of it, or
   * nothing when it rejects. `location` is a path, a `file://`, `http://` or `https://` URL, or the name
   * of a snapshot of this collection. The snapshot may be of a Qdrant server, and of any number of shards.
   *
   * A collection that is there keeps its settings, aliases and payload indexes, and has to have the
   * vectors of the snapshot. It can be used meanwhile, but what is written to it then is replaced as
   * well. Rejects with status 400 for a wrong `checksum`, for what is no snapshot, and for one that does
   * not fit.
   */
  recoverSnapshot(collectionName: string, args: Args<'recoverSnapshot'>): Promise<boolean>
  /** Lists the snapshots of a shard, of which every collection has one: 0. */
  listShardSnapshots(collectionName: string, shardId: number): Promise<Schemas['SnapshotDescription'][]>
  /** Makes a snapshot of a shard: as `createSnapshot`, without the settings of the collection. */
  createShardSnapshot(collectionName: string, shardId: number, args?: Parameters<RestClient['createShardSnapshot']>[2] & CallOptions): Promise<Schemas['SnapshotDescription']>
  /** Deletes a snapshot of a shard. Rejects with status 404 if there is none of that name. */
  deleteShardSnapshot(collectionName: string, shardId: number, snapshotName: string, args?: Parameters<RestClient['deleteShardSnapshot']>[3] & CallOptions): Promise<boolean>
  /** Tells the path of the file of a shard's snapshot: as `snapshotPath`. */
  shardSnapshotPath(collectionName: string, shardId: number, snapshotName: string): Promise<string>
  /**
   * Replaces the points of a collection by those of the snapshot of a shard: as `recoverSnapshot`, for
   * a collection that is there.
   */
  recoverShardFromSnapshot(collectionName: string, shardId: number, args: Parameters<RestClient['recoverShardFromSnapshot']>[2] & CallOptions): Promise<boolean>
  /** Lists the snapshots of the whole store. Their files are in the storage folder, in `snapshots`. */
  listFullSnapshots(): Promise<Schemas['SnapshotDescription'][]>
  /** Makes a snapshot of all collections, each as `createSnapshot` does, and of the aliases. */
  createFullSnapshot(args?: Parameters<RestClient['createFullSnapshot']>[0] & CallOptions): Promise<Schemas['SnapshotDescription']>
  /** Deletes a snapshot of the whole store. Rejects with status 404 if there is none of that name. */
  deleteFullSnapshot(snapshotName: string, args?: Parameters<RestClient['deleteFullSnapshot']>[1] & CallOptions): Promise<boolean>
  /** Tells the path of the file of a snapshot of the whole store: as `snapshotPath`. */
  fullSnapshotPath(snapshotName: string): Promise<string>
  /**
   * Brings the collections and aliases of a snapshot of a whole storage into this one, all of them, or
   * nothing when it rejects; all else stays. A server does this when it starts with
   * `--storage-snapshot`.
   *
   * Rejects with status 409 when one of them is there already, unless `force` is `true`: then it is
   * replaced, settings included. Not for clients of a server.
   */
  recoverFullSnapshot(args: RecoverFullSnapshotArgs): Promise<boolean>
}

/** Where a client keeps its data, and how it works. Give either `path` or `location`. */
export interface ClientOptions {
  /**
   * Storage folder, created when it is missing. One process at a time may hold it; clients of one
   * process, its worker threads included, share one engine.
   */
  path?: string
  /** `':memory:'` for a private temporary store, removed on close; anything else is a folder. */
  location?: string
  /**
   * Where the other defaults come from. `'desktop'`: for an application that shares the machine.
   * `'server'`: for a machine of its own, as a Qdrant server chooses. What is given counts in either.
   * Default: `'desktop'`. See `docs/performance.md`. Counts only for the client that opens the folder
   * first, as do the numbers.
   */
  preset?: 'desktop' | 'server'
  /** Threads that answer reads, 1 to 1,024. Default: one per CPU core. */
  searchThreads?: number
  /** Threads that apply writes, 1 to 1,024. Default: half the cores, at least one; all with `'server'`. */
  updateThreads?: number
  /**
   * CPU cores that background indexing may use, 1 to 1,024. Default: all but one, at least one; all of
   * two with `'server'`.
   */
  optimizerCpus?: number
  /**
   * What an acknowledged write survives. `'process'`: the end of the process, however it comes; a
   * power cut may cost what was written since the last flush, by default of the last five seconds.
   * `'sync'`: a power cut too, since every write waits for the disk. Default: `'process'`. See
   * `docs/storage.md`.
   */
  durability?: 'process' | 'sync'
  /** The models that requests may name. Each client has its own, also where several share a folder. */
  inference?: InferenceOptions
  /**
   * Prints diagnostics to stderr, by a filter such as `'info'` or
   * `'qdrant_embedded_engine=debug'`. Default: the environment variable `QDRANT_EMBEDDED_LOG`,
   * else silence.
   */
  log?: string
}

/**
 * Opens a storage folder, or a temporary store, and resolves to a client of it once it is open.
 *
 * With a `url` instead, resolves to a client of the Qdrant server there: the REST client of
 * `@qdrant/js-client-rest`, with the same methods and errors as one of a folder. Options that say both, or
 * neither, are rejected with a `QdrantClientConfigError` of that package.
 *
 * Rejects with a `QdrantError` of code `STORAGE_LOCKED` when another process holds the folder, and
 * of code `STORAGE_DAMAGED` when it is of a newer format or holds something else, of code
 * `STORAGE_UNAVAILABLE` when the system refuses access to it.
 *
 * ```js
 * const client = await connect({ path: './data' })
 * const remote = await connect({ url: 'https://qdrant.example.org:6333', apiKey: 'secret' })
 * ```
 */
export declare function connect(options: EmbeddedOptions | ServerOptions): Promise<QdrantClient>

/**
 * Downloads a model, so that it can be used without a network from then on. Resolves when all of its files
 * are here; those that are here already are checked, and downloaded again if they are damaged. `'clip'` is
 * both of its models.
 *
 * Needs no ONNX Runtime. A download that was interrupted, or cancelled by its `signal`, is gone on with by
 * the next one. Rejects with a `QdrantError`: status 404 for an unknown model, 503 for a hub that cannot be
 * reached or sends something else than it says, 500 for a folder that cannot be written.
 *
 * ```js
 * await downloadModel('Qdrant/all-MiniLM-L6-v2-onnx', {
 *   onProgress: ({ done, total, bytesPerSecond }) => console.log(done / total, bytesPerSecond),
 *   signal: AbortSignal.timeout(600_000)
 * })
 * ```
 */
export declare function downloadModel(name: string, options?: DownloadOptions | null): Promise<void>

/** Where to download a model to. All of it is optional. */
export interface DownloadOptions {
  /** Folder in which downloaded models are kept. Default: `modelCacheDir()`. */
  cacheDir?: string
  /** Hears how far the download is, about ten times a second. */
  onProgress?: (progress: EmbedProgress) => void
  /**
   * Makes the call reject with the signal's reason, at once. A download stops where it is, and the next
   * one goes on with it.
   */
  signal?: AbortSignal
}

/**
 * Embeds images: resolves to one vector of unit length for each, in the same order.
 *
 * An image is the path of a JPEG, PNG, WebP, GIF or BMP file, or the content of one, which is copied
 * before this returns. It is embedded as a viewer shows it: upright, whatever its EXIF orientation;
 * its first frame, when it is animated; on white, where it is transparent.
 *
 * The default model is `Qdrant/clip-ViT-B-32-vision` with 512 dimensions. Its vectors can be compared
 * with those that `embedTexts` makes by default, so that photos can be searched by words. A model is
 * downloaded when it is first used (this one has 352 MB), into `modelCacheDir()`, and stays loaded
 * until `unloadModel`, or until it was not used for `unloadAfter`. It works on a thread of its own, one call after the other.
 *
 * Rejects with a `QdrantError` that names the first image that cannot be used, by its index from 0
 * and its path, unless `onError` is `'skip'`: status 404 for a missing file, 400 for one that is damaged or too large (more than
 * 128 megapixels or 512 MB). Status 404 is also for an unknown model, and for one that is not here
 * while `localFilesOnly` is set; 503 for a hub that cannot be reached; 500 for a missing or unusable
 * ONNX Runtime library.
 *
 * ```js
 * const [cat, dog] = await embedImages(['cat.jpg', await readFile('dog.png')])
 * await client.upsert('photos', { points: [{ id: 1, vector: cat }, { id: 2, vector: dog }] })
 * ```
 */
export declare function embedImages(images: ReadonlyArray<string | Uint8Array>, options?: (EmbedOptions & { onError?: 'throw' }) | null): Promise<Float32Array[]>

/** How to embed. All of it is optional. */
export interface EmbedOptions {
  /**
   * Name of a model of the Hugging Face hub that fastembed knows, such as `Qdrant/resnet50-onnx`, or
   * a model in a folder. Default: `'clip'`, which stands for `Qdrant/clip-ViT-B-32-vision` with
   * images, and for `Qdrant/clip-ViT-B-32-text` with texts.
   */
  model?: string | LocalModel
  /** Folder in which downloaded models are kept. Default: `modelCacheDir()`. */
  cacheDir?: string
  /** How many inputs the model takes at once: more take more memory. Default: 8 images, 32 texts. */
  batchSize?: number
  /**
   * CPU cores that the model uses; at most those that there are. Default: all but one. Each number
   * has a copy of the model of its own.
   */
  threads?: number
  /**
   * What runs the model, in the order of preference: what one cannot do, the next does, and the CPU what
   * is left. One that the ONNX Runtime library lacks, or that does not work here, is left out: that is
   * told by `loadModel`, and as a warning of the process, with code `EXECUTION_PROVIDER_UNAVAILABLE`.
   * Each list has a copy of the model of its own. Default: `['cpu']`.
   */
  executionProviders?: ReadonlyArray<ExecutionProvider>
  /** Never use the network: fail if the model is not here. Default: `false`. */
  localFilesOnly?: boolean
  /**
   * Seconds without a call after which the model's memory is freed, as by `unloadModel`; the last call
   * counts. `Infinity` keeps it. Default: 600.
   */
  unloadAfter?: number
  /**
   * Hears how far this call is: about ten times a second while it downloads the model, and after
   * every batch.
   */
  onProgress?: (progress: EmbedProgress) => void
  /**
   * Makes the call reject with the signal's reason, at once. A download stops where it is, and the next
   * one goes on with it; embedding stops after the batch at hand.
   */
  signal?: AbortSignal
}

/** How far a call is. */
export interface EmbedProgress {
  /** Whether the model is being downloaded or the inputs are being embedded. */
  phase: 'download' | 'embed'
  /** The file on its way, while downloading. */
  file?: string
  /** Bytes of the model that are here, or inputs embedded so far. It never goes back. */
  done: number
  /** Bytes of all files of the model, known before the first comes, or number of inputs. */
  total: number
  /** What `done` and `total` count. */
  unit: 'bytes' | 'inputs'
  /** How fast the bytes come, on average over the last five seconds, while downloading. */
  bytesPerSecond?: number
}

/**
 * Embeds texts: resolves to one vector of unit length for each, in the same order.
 *
 * The default model is `Qdrant/clip-ViT-B-32-text` with 512 dimensions, the other half of the default
 * model of `embedImages`: the vector of "a cat asleep" is near those of such pictures. To compare texts
 * with each other, models made for that are better, such as `Qdrant/all-MiniLM-L6-v2-onnx`. What a
 * text has beyond the model's limit (77 tokens for CLIP, at most 512) is left out.
 *
 * Models, options and errors are as with `embedImages`.
 *
 * ```js
 * const [query] = await embedTexts(['a cat asleep on a sofa'])
 * const { points } = await client.query('photos', { query, limit: 5, with_payload: true })
 * ```
 */
export declare function embedTexts(texts: ReadonlyArray<string>, options?: EmbedOptions | null): Promise<Float32Array[]>

/** A model for requests. Give either `path` or `model`. */
export interface InferenceModel {
  /**
   * Folder with `model.onnx`, and with `preprocessor_config.json` of an image model, or else
   * `tokenizer.json`, `config.json`, `special_tokens_map.json` and `tokenizer_config.json`, and
   * `idf.json` of a sparse model without inference for queries.
   */
  path?: string
  /** Name of a model of the hub. */
  model?: string
  /**
   * What it makes: a vector of a text or of an image, a sparse vector of a text, a vector of each token
   * of a text, or the three kinds of vectors of BGE-M3. A folder needs it; of a model of the hub it is
   * known.
   */
  kind?: 'text' | 'image' | 'sparse' | 'multivector' | 'bge-m3'
  /**
   * How the token vectors of a folder's text model become one. Default: what its
   * `1_Pooling/config.json` says, else `'mean'`.
   */
  pooling?: 'mean' | 'cls'
  /**
   * Whether the vectors of a folder's text or multivector model are made of unit length. Those of image
   * models always are. Default: `true`.
   */
  normalize?: boolean
  /**
   * `'dynamic'` if a folder's text model was quantized by the values of a batch: texts are then embedded
   * one by one, so that each has the same vector in any company. Default: `'static'`, also for a model
   * that was not quantized.
   */
  quantization?: 'static' | 'dynamic'
  /** Dimension that the vectors of a folder's model must have. Default: any. */
  dimension?: number
  /**
   * Tokens of a text at most; what it has beyond is left out. Default: 512, or less if
   * `tokenizer_config.json` says so.
   */
  maxTokens?: number
  /**
   * How the scores of a folder's sparse model become weights: `'splade'`, or `'inference-free'`, whose
   * queries are looked up in `idf.json`. Default: `'splade'`.
   */
  sparse?: 'splade' | 'inference-free'
  /** Put before every text of a query, such as `'query: '`. Default: nothing. */
  queryPrefix?: string
  /** Put before every text to be stored, such as `'passage: '`. Default: nothing. */
  documentPrefix?: string
}

/**
 * The models that requests name as `{ text, model }` and `{ image, model }`. All of it is optional: the
 * models of fastembed have their names of the Hugging Face hub.
 */
export interface InferenceOptions {
  /** More models, by names of your choice: in folders, or of the hub with settings of your own. */
  models?: Record<string, InferenceModel>
  /** Folder in which downloaded models are kept. Default: `modelCacheDir()`. */
  cacheDir?: string
  /** How many inputs a model takes at once: more take more memory. Default: 8 images, 32 texts. */
  batchSize?: number
  /** CPU cores that a model uses; at most those that there are. Default: all but one. */
  threads?: number
  /**
   * What runs a model, in the order of preference: what one cannot do, the next does, and the CPU what is
   * left. One that the ONNX Runtime library lacks, or that does not work here, is left out, with a warning
   * of the process, of code `EXECUTION_PROVIDER_UNAVAILABLE`. Default: `['cpu']`.
   */
  executionProviders?: ReadonlyArray<ExecutionProvider>
  /** Never download a model: refuse requests for one that is not here. Default: `false`. */
  localFilesOnly?: boolean
  /**
   * Whether the `image` of a request may be an `http://` or `https://` URL, which is then loaded from
   * there: at most 32 MB, within 30 seconds. Default: `false`.
   */
  allowHttpImages?: boolean
}

/**
 * The models that can be used by their names, by kind and name. Needs no network.
 *
 * ```js
 * const models = await listModels({ kind: 'text' })
 * console.table(models.map(({ name, dimension, cached }) => ({ name, dimension, cached })))
 * ```
 */
export declare function listModels(options?: ListModelsOptions | null): Promise<ModelInfo[]>

/** Which models to list. All of it is optional. */
export interface ListModelsOptions {
  /** Only models of this kind. Default: all. */
  kind?: ModelKind
  /** Folder in which downloaded models are kept. Default: `modelCacheDir()`. */
  cacheDir?: string
}

/** A model in memory. */
export interface LoadedModel {
  /** Its full name, or the absolute path of its folder. */
  name: string
  /** What it is for. */
  kind: ModelKind
  /** What runs it, in the order of preference; the CPU comes last. */
  executionProviders: ExecutionProvider[]
  /** What it was to run on and does not, with the reason. */
  unavailable: Array<UnavailableProvider>
}

/**
 * Loads a model into memory, after a download if need be, so that the next call with the same options need
 * not wait for it. A name loads the models of all kinds that it has: `'clip'` one for images, one for texts.
 * Resolves to those models, and to what runs each.
 *
 * ```js
 * const loaded = await loadModel('clip', { executionProviders: ['coreml', 'dml', 'cuda'] })
 * for (const { name, executionProviders, unavailable } of loaded) console.log(name, executionProviders, unavailable)
 * ```
 */
export declare function loadModel(model: string | LocalModel, options?: EmbedOptions | null): Promise<LoadedModel[]>

/**
 * A model from files on this machine, which are those of a repository of the Hugging Face hub.
 *
 * Image models: `model.onnx`, `preprocessor_config.json`. Text models: `model.onnx`, `tokenizer.json`,
 * `config.json`, `special_tokens_map.json`, `tokenizer_config.json`, and `model.onnx_data` if the
 * weights are in a file of their own.
 */
export interface LocalModel {
  /** The folder. */
  path: string
  /**
   * How a text model's token vectors become one vector: their average, or the first. Default: what
   * the folder's `1_Pooling/config.json` says, else `'mean'`.
   */
  pooling?: 'mean' | 'cls'
  /**
   * Whether the vectors of a text model are made of unit length. Those of image models always are.
   * Default: `true`.
   */
  normalize?: boolean
  /**
   * `'dynamic'` if a text model was quantized by the values of a batch: texts are then embedded one by
   * one, so that each has the same vector in any company. Default: `'static'`, also for a model that was
   * not quantized.
   */
  quantization?: 'static' | 'dynamic'
  /** Dimension that the vectors must have. Default: any. */
  dimension?: number
  /**
   * Tokens of a text at most; what it has beyond is left out. Default: 512, or less if
   * `tokenizer_config.json` says so.
   */
  maxTokens?: number
}

/**
 * The folder in which downloaded models are kept, unless a call has a `cacheDir`: that of the
 * environment variable `HF_HOME`, else `qdrant-embedded/models` in the user's cache folder
 * (`~/.cache`, `~/Library/Caches` or `%LOCALAPPDATA%`). It need not exist yet.
 */
export declare function modelCacheDir(): string

/** A model that can be used by its name. */
export interface ModelInfo {
  /**
   * Its name: a repository of the Hugging Face hub. Where that holds several variants, it stands for the
   * one in full precision; the name of another ends with its file.
   */
  name: string
  /** What it is for. */
  kind: ModelKind
  /** Numbers of a vector; of image and text models. */
  dimension?: number
  /** What it is, in a sentence. */
  description: string
  /** Its license by its name on the hub, where that is known. */
  license?: string
  /**
   * ISO 639 codes of the languages that it reads, or `'multilingual'` for dozens of them, where they are
   * known.
   */
  languages?: Array<string>
  /**
   * Bytes of its files, where they are here; else about as many as are to be downloaded, where that is
   * known.
   */
  size?: number
  /** Whether all of its files are here, so that it works without a network. */
  cached: boolean
}

/** A document with its score. */
export interface Ranked {
  /** Which of the documents it is, from 0. */
  index: number
  /** How well it answers the query: the higher, the better. What a score means differs between models. */
  score: number
}

/**
 * Sorts documents by how well they answer a query, with a model that reads both together: it is more exact
 * than a comparison of vectors, and slower, so that it is for the best results of a search. Resolves to the
 * places of the documents in the list with their scores, best first; of equal ones, the first comes first.
 *
 * The default model is `BAAI/bge-reranker-base`, for English and Chinese; `listModels({ kind: 'reranker' })`
 * has the others. A model folder holds `model.onnx`, `tokenizer.json`, `config.json`,
 * `special_tokens_map.json` and `tokenizer_config.json`. What a query and a document have together beyond
 * the model's limit, at most 512 tokens, is left out. Models, options and errors are as with `embedTexts`.
 *
 * ```js
 * const texts = points.map(({ payload }) => payload.text)
 * const [best] = await rerank('how tall is the tower?', texts, { topK: 1 })
 * ```
 */
export declare function rerank(query: string, documents: ReadonlyArray<string>, options?: RerankOptions | null): Promise<Ranked[]>

/** How to split a text. All of it is optional. */
export interface SplitOptions {
  /**
   * The text model that is to embed the chunks, as with `embedTexts`. Of its files, only those of the
   * tokenizer are needed.
   */
  model?: string | LocalModel
  /**
   * Most tokens of a chunk, with those that the model adds at its ends. Default, and most: as many as
   * the model takes (77 for CLIP, at most 512).
   */
  maxTokens?: number
  /**
   * Most tokens that a chunk repeats of the one before it, in whole words; at most half of a chunk.
   * Default: a tenth of `maxTokens`.
   */
  overlap?: number
  /** Folder in which downloaded models are kept. Default: `modelCacheDir()`. */
  cacheDir?: string
  /** Never use the network: fail if the tokenizer is not here. Default: `false`. */
  localFilesOnly?: boolean
  /** Hears how far the download of the tokenizer is. */
  onProgress?: (progress: EmbedProgress) => void
  /**
   * Makes the call reject with the signal's reason, at once. A download stops where it is, and the next
   * one goes on with it.
   */
  signal?: AbortSignal
}

/**
 * Splits a text into chunks that a text model embeds whole: resolves to the chunks, in their order. Each
 * has at most `maxTokens` of the model's tokens, and ends with a paragraph, a sentence, a line or a word,
 * in this order of preference, and repeats the last words of the one before it. Together they hold all of
 * the text but white space between chunks; a blank text has none.
 *
 * Only the tokenizer is downloaded, if need be, and loaded. Errors are as with `embedTexts`, and status 400
 * for sizes that do not fit the model.
 *
 * ```js
 * const chunks = await splitText(await readFile('notes.md', 'utf8'), { model, maxTokens: 200 })
 * const vectors = await embedTexts(chunks.map(({ text }) => text), { model })
 * ```
 */
export declare function splitText(text: string, options?: SplitOptions | null): Promise<TextChunk[]>

/** A part of a text. */
export interface TextChunk {
  /** The part, without white space at its ends. */
  text: string
  /** Where it begins: `text.slice(start, end)` of the whole text is the part. */
  start: number
  /** Where it ends. */
  end: number
}

/** What a model was to run on and does not. */
export interface UnavailableProvider {
  /** Its name. */
  executionProvider: ExecutionProvider
  /** Why it cannot be used. */
  reason: string
}

/**
 * Frees the memory of a model, or of all models, once the calls made so far are answered. Resolves to
 * the number of models freed: 0 if it was not loaded, 2 for `'clip'` if images and texts were embedded.
 * The files stay, and a later call loads the model again.
 *
 * ```js
 * await unloadModel('clip')
 * ```
 */
export declare function unloadModel(model?: string | LocalModel | null): Promise<number>
