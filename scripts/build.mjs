// npm run build: the addon for this machine, with its generated loader and types, the bridge for `require`, and docs/api.md.
import fs from 'node:fs'
import { commonJsBridge, commonJsBridgeText } from './lib/bridge.mjs'
import { prepare } from './lib/prepare.mjs'
import { main } from './lib/run.mjs'

await main(async () => {
  fs.writeFileSync(commonJsBridge, commonJsBridgeText())
  await prepare()
  await import('./docs.mjs') // TypeScript, which it needs, is there only now.
})
