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
