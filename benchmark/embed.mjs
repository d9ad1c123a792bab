// node benchmark/embed.mjs: what embedding many images takes of the memory, and what of it comes back.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import { embedImages, loadModel, unloadModel } from '../index.js'

const { values } = parseArgs({
  options: { images: { type: 'string', default: '2000' }, call: { type: 'string', default: '200' } }
})
const total = Number(values.images)
const perCall = Number(values.call)

const data = fileURLToPath(new URL('../examples/image-search/data', import.meta.url))
const model = { path: join(data, 'models', 'efficientnet-lite0') }
const photos = readdirSync(join(data, 'images'), { recursive: true })
  .filter((file) => file.endsWith('.jpg'))
  .map((file) => join(data, 'images', file))

const megabytes = () => Math.round(process.memoryUsage().rss / 1e6)
const row = (images, seconds) =>
  console.log(`| ${images} | ${megabytes()} | ${seconds ? (perCall / seconds).toFixed(1) : ''} |`)

console.log('| images | RSS, MB | images/s |\n|---|---|---|')
row('before')
await loadModel(model)
row('model loaded')
const delays = monitorEventLoopDelay({ resolution: 1 })
delays.enable()
for (let done = 0; done < total; done += perCall) {
  const images = Array.from({ length: perCall }, (_, index) => photos[(done + index) % photos.length])
  const start = performance.now()
  await embedImages(images, { model })
  row(done + perCall, (performance.now() - start) / 1000)
}
delays.disable()
await unloadModel()
// The allocator gives memory back a moment later.
await delay(1000)
row('unloaded')
console.log(`\nEvent loop delay, 99th percentile: ${(delays.percentile(99) / 1e6).toFixed(1)} ms`)
