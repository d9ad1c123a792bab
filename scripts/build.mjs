// npm run build: the addon for this machine, with its generated loader and types.
import { prepare } from './lib/prepare.mjs'
import { main } from './lib/run.mjs'

await main(prepare)
