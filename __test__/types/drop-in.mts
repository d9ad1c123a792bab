// Where the class of the REST client is asked for, the one of this package will do.
import { QdrantClient as RestClient } from '@qdrant/js-client-rest'
import { connect, type EmbeddedOptions, QdrantClient, type ServerOptions } from 'qdrant-embedded'

async function countPoints(client: RestClient): Promise<number> {
  const { data } = await client.api().countPoints({ collection_name: 'photos', exact: true })
  return data.result?.count ?? 0
}

class Store {
  readonly client: RestClient | undefined
  constructor(options: { client?: RestClient }) {
    this.client = options.client
  }
}

export async function injected(): Promise<number> {
  const client: RestClient = await connect({ path: './data' })
  const lazy: RestClient = new QdrantClient({ location: ':memory:' })
  const store = new Store({ client: await connect({ location: ':memory:' }) })
  const list: RestClient[] = [client, lazy]
  const make: new (options: { path: string }) => RestClient = QdrantClient
  const narrowed = store.client instanceof QdrantClient ? store.client : new QdrantClient({ path: './data' })
  await narrowed.close()
  return (await countPoints(list[0] ?? new make({ path: './data' }))) + (await countPoints(narrowed))
}

/** The same program, from a folder to a cluster by one line. */
export async function moved(): Promise<QdrantClient[]> {
  return [
    await connect({ path: './data' }),
    await connect({ path: './data', timeout: 10_000, checkCompatibility: false, headers: { a: 'b' } }),
    await connect({ location: ':memory:', searchThreads: 2 }),
    await connect({ url: 'https://qdrant.example.org:6333', apiKey: 'secret' }),
    await connect({ host: 'localhost', port: 6333, https: false, maxConnections: 5 }),
    new QdrantClient({ url: 'http://localhost:6333' }),
    await connect(process.env.QDRANT_URL ? { url: process.env.QDRANT_URL } : { path: './data' })
  ]
}

export const places: (EmbeddedOptions | ServerOptions)[] = [
  { path: './data' },
  { url: 'http://localhost:6333' }
]

/** What REST clients have besides the methods that are written out in this package's types. */
export async function inherited(client: QdrantClient): Promise<string> {
  const { version, title } = await client.versionInfo()
  const { shard_count } = await client.collectionClusterInfo('photos')
  const issues: boolean | undefined = (await client.api().clearIssues({})).data.result
  return `${title} ${version} ${shard_count} ${issues}`
}

export async function mistakes(): Promise<void> {
  // @ts-expect-error a folder or a server, not both
  await connect({ path: './data', url: 'http://localhost:6333' })
  // @ts-expect-error a folder has no key
  await connect({ path: './data', apiKey: 'secret' })
  // @ts-expect-error the threads of a server are its own
  await connect({ url: 'http://localhost:6333', searchThreads: 2 })
  // @ts-expect-error a REST client cannot be closed
  await new RestClient({}).close()
}
