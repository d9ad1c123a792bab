// The packages that this one is compared with, in this folder.
import { fileURLToPath } from 'node:url'
import { Peers } from '../peers.mjs'

const peers = new Peers(fileURLToPath(new URL('.', import.meta.url)), {
  size: '700 MB, most of it optional packages of LanceDB',
  // Here, where Python and a C++ compiler are.
  compiled: ['better-sqlite3', 'hnswlib-node']
})

export const ensurePeers = () => peers.ensure()
export const versionOf = (name) => peers.versionOf(name)
