import { connect } from 'qdrant-embedded'

/** Calls `use` with a client of an engine in memory, of the class that programs import. */
export async function withStore(use) {
  const client = await connect({ location: ':memory:' })
  try {
    return await use(client)
  } finally {
    await client.close()
  }
}
