import { EventEmitter } from 'node:events'

/** A port of `worker_threads` with the face of Electron's MessagePortMain. */
export class PortMain extends EventEmitter {
  constructor(port) {
    super()
    this.port = port
  }

  start() {
    this.port.on('message', (data) => this.emit('message', { data, ports: [] }))
    this.port.on('close', () => this.emit('close'))
  }

  postMessage(message) {
    this.port.postMessage(message)
  }

  close() {
    this.port.close()
  }
}
