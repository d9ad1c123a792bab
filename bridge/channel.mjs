/**
 * One end of a port, the same for the DOM's MessagePort, Node's, and Electron's MessagePortMain: `receive` gets what the
 * other end posts, and `closed` is called once, whichever end closes.
 */
export class Channel {
  isClosed = false
  #port
  #closed

  constructor(port, { receive, closed }) {
    this.#port = port
    this.#closed = closed
    listen(port, 'message', ({ data }) => {
      if (this.isClosed) return
      if (data?.type === 'close') this.#end()
      else receive(data)
    })
    // The other end may be gone without a word: Node.js and Electron's processes tell of it, browsers do not.
    listen(port, 'close', () => this.#end())
    // A message that cannot be read may be the answer that a call waits for.
    listen(port, 'messageerror', () => this.close())
    port.start?.()
  }

  /** Throws a DataCloneError for what no port can carry. */
  post(message) {
    if (!this.isClosed) this.#port.postMessage(message)
  }

  close() {
    this.post({ type: 'close' })
    this.#end()
  }

  #end() {
    if (this.isClosed) return
    this.isClosed = true
    this.#port.close()
    this.#closed()
  }
}

/** Electron's ports are event emitters with events as the DOM has them; Node's are both, and emit bare values. */
function listen(port, event, listener) {
  if (typeof port.addEventListener === 'function') port.addEventListener(event, listener)
  else port.on(event, listener)
}
