import { MessageChannel } from 'node:worker_threads'

/** The two ends of a channel: `enginePort` and `pagePort`. */
export default async (use) => {
  const { port1, port2 } = new MessageChannel()
  try {
    await use({ enginePort: port1, pagePort: port2 })
  } finally {
    port1.close()
  }
}
