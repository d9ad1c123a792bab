// What embedding many images takes of the memory, and what of it comes back. argv[2] is the plan.
import { setTimeout as sleep } from 'node:timers/promises'
import { embedImages, loadModel, unloadModel } from '../../index.js'
import { residentMegabytes } from '../measure.mjs'

const SETTLING = 1000

const { inputs, total, perCall, folder, threads } = JSON.parse(process.argv[2])
const model = { path: folder }
const row = (label, rate = '') => console.log(`| ${label} | ${residentMegabytes().toFixed(0)} | ${rate} |`)

console.log('| images | RSS, MB | images/s |\n|---|---:|---:|')
row('before')
await loadModel(model, { threads })
row('model loaded')
for (let done = 0; done < total; done += perCall) {
  const images = Array.from({ length: perCall }, (_, index) => inputs[(done + index) % inputs.length])
  const started = performance.now()
  await embedImages(images, { model, threads })
  row(done + perCall, (perCall / ((performance.now() - started) / 1000)).toFixed(1))
}
await unloadModel()
await sleep(SETTLING)
row('unloaded')
console.log(`\nHighest: ${((process.resourceUsage().maxRSS * 1024) / 1e6).toFixed(0)} MB`)
