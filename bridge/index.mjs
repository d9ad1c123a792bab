// `qdrant-embedded/bridge` for `import`, also by a page; `index.cjs` is generated from it, for `require`.
export { connectPort } from './connect.mjs'
export { RemoteError } from './errors.mjs'
export { serve } from './serve.mjs'
