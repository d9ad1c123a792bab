// The packages that embedding is compared with, in this folder.
import { fileURLToPath } from 'node:url'
import { Peers } from '../peers.mjs'

export const peers = new Peers(fileURLToPath(new URL('.', import.meta.url)), {
  size: '540 MB, two versions of onnxruntime-node'
})
