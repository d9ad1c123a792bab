// Measures one system with one kind of inputs; prints the results as JSON. argv[2] is the plan.
import { setTimeout as sleep } from 'node:timers/promises'
import { EventLoopWatch, residentMegabytes } from '../measure.mjs'
import { SYSTEMS } from './systems.mjs'

/** The allocator gives memory back a moment later. */
const SETTLING = 1000

const { system, inputs, batchSizes, ...settings } = JSON.parse(process.argv[2])

const before = residentMegabytes()
const model = await SYSTEMS[system].load(settings)
// The first batch of a shape takes longer: memory is planned.
for (const size of batchSizes) await model.embed(inputs.slice(0, size), size)

const perSecond = {}
const eventLoop = {}
for (const size of batchSizes) {
  const watch = new EventLoopWatch()
  perSecond[size] = await watch.during(async (call) => {
    const started = performance.now()
    await call(() => model.embed(inputs, size))
    return inputs.length / ((performance.now() - started) / 1000)
  })
  eventLoop[size] = watch.report()
}
const peak = (process.resourceUsage().maxRSS * 1024) / 1e6
await model.unload()
await sleep(SETTLING)
console.log(JSON.stringify({ perSecond, eventLoop, before, peak, settled: residentMegabytes() }))
