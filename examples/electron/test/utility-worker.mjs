// Runs the entry of a utility process in a worker thread, with the `parentPort` that it has there.
import '../dev/use-repository.mjs'
import { EventEmitter } from 'node:events'
import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import { PortMain } from './port-main.mjs'

process.parentPort = new EventEmitter()
process.parentPort.postMessage = (message) => parentPort.postMessage(message)
// Messages wait until somebody listens.
process.parentPort.on('newListener', (event) => {
  if (event !== 'message') return
  parentPort.on('message', ({ message, ports }) =>
    process.parentPort.emit('message', { data: message, ports: ports.map((port) => new PortMain(port)) })
  )
})

await import(pathToFileURL(workerData.entry))
