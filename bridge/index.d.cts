import type { QdrantClient } from '../index.js'

/** What `serve` and `connectPort` use of a port: `MessagePort` of the DOM and of Node.js, `MessagePortMain` of Electron. */
export type PortLike = {
  postMessage(message: unknown): void
  close(): void
  start?(): void
} & (
  | { addEventListener(type: 'message' | 'messageerror' | 'close', listener: (event: unknown) => void): void }
  | { on(event: 'message' | 'close', listener: (event: unknown) => void): unknown }
)

/**
 * Names of the methods that a port can carry: those of a client, but for `close`, because the client is for whoever opened
 * it to close, and for `api`, which gives functions.
 */
export type RemoteMethod = Exclude<
  {
    [K in keyof QdrantClient]: K extends string
      ? QdrantClient[K] extends (...args: never[]) => unknown
        ? K
        : never
      : never
  }[keyof QdrantClient],
  'api' | 'close'
>

/** Functions that are offered beside the methods of a client. */
export interface Functions {
  [name: string]: (...args: never[]) => unknown
}

/** How `serve` answers. */
export interface ServeOptions {
  /** The only methods of the client that may be called. Default: all. `[]` for none. */
  allow?: readonly RemoteMethod[]
  /** What else may be called, by its name at the other end, such as `{ embedImages }`. Default: nothing. */
  functions?: Functions
}

/** The end of a port that answers. */
export interface Served {
  /**
   * Closes the port: what the other end waits for is rejected with the code `PORT_CLOSED`. Calls under way that have a
   * signal are aborted. The client stays open.
   */
  close(): void
  /** Resolves when the port is closed, by whichever end. */
  readonly closed: Promise<void>
}

/**
 * Answers the calls that are made at the other end of a port, with the methods of a client and with `functions`.
 *
 * An `AbortSignal` in the last argument of a call arrives as one, and so do functions there, such as `onProgress`; what
 * they return stays here. Nothing but what is offered can be reached: anything else is rejected with the code
 * `NOT_OFFERED`. Throws a `TypeError` for an `allow` that names no method, and for a function whose name is taken.
 *
 * ```js
 * const client = await connect({ path: './data' })
 * serve(client, port, { allow: ['query', 'scroll'], functions: { embedTexts } })
 * ```
 */
export function serve(client: QdrantClient, port: PortLike, options?: ServeOptions): Served

/** The methods of a client, and functions, at the other end of a port. */
export type RemoteClient<F = Record<never, never>> = Pick<QdrantClient, RemoteMethod> & {
  [K in keyof F]: F[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : never
} & {
  /** Closes the port: calls under way are rejected with the code `PORT_CLOSED`. The client at the other end stays open. */
  close(): Promise<void>
  /**
   * Resolves when the port is closed, by whichever end. Also when the thread or process at the other end is gone, but not
   * in a page: browsers do not tell of that, so that `signal` has to.
   */
  readonly closed: Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Makes a client whose calls are answered by `serve` at the other end of a port. Needs nothing of Node.js: it works in a
 * page, too.
 *
 * Calls take and give the same as those of a client: `Float32Array`, `Uint8Array` and `bigint` stay what they are. Waits
 * for `serve`; rejects when the port is closed before. Every call rejects with a `RemoteError`, or with the reason of its
 * signal. An open port keeps a Node.js process running, as ports do.
 *
 * ```js
 * const client = await connectPort(port)
 * const { points } = await client.query('photos', { query: [0.1, 0.2, 0.3, 0.4], limit: 3 })
 * ```
 *
 * Functions that are offered beside the client's methods are methods of it: `connectPort<{ embedTexts: typeof embedTexts }>(port)`.
 */
export function connectPort<F = Record<never, never>>(
  port: PortLike,
  options?: {
    /** Closes the port: for a page that hears from elsewhere that the engine's process has ended. */
    signal?: AbortSignal
  }
): Promise<RemoteClient<F>>

/**
 * What calls over a port reject with: an error of the other end with its name, its message, and those of its fields that
 * are data; of a `QdrantError` all but `headers`.
 */
export class RemoteError extends Error {
  /** HTTP status of a Qdrant server in this case, such as 404. */
  readonly status?: number
  /** Name of the status, such as `'Not Found'`. */
  readonly statusText?: string
  /** The body of a Qdrant server's answer. */
  readonly data?: { status: { error: string }; time: number }
  /**
   * `'PORT_CLOSED'` when there is nobody to answer any more, `'NOT_OFFERED'` for what may not be called, else the code of
   * the error at the other end, such as `'CLIENT_CLOSED'`.
   */
  readonly code?: string
}
