// What the preload script gives to the page in Electron, given by the development server instead.
import { decode, encode } from './codec.js'

window.desktop = {
  async requestPort() {
    const { port1, port2 } = new MessageChannel()
    await carry(port1)
    window.postMessage('port', window.location.origin, [port2])
  },
  chooseFolder: () => post('choose-folder'),
  async showInFolder() {
    throw new Error('Folders are shown in the desktop app only')
  }
}

/** Joins a port to one of the server: events bring its messages, requests take ours there, one after the other. */
async function carry(port) {
  const events = new EventSource('events')
  const opened = new Promise((resolve) => {
    events.addEventListener('connection', ({ data }) => resolve(data), { once: true })
  })
  const end = () => {
    events.close()
    port.postMessage({ type: 'close' })
  }
  events.onmessage = ({ data }) => port.postMessage(decode(data))
  events.onerror = end
  const connection = await opened
  let sent = Promise.resolve()
  port.onmessage = ({ data }) => {
    sent = sent.then(() => post(`messages/${connection}`, data)).catch(end)
  }
}

async function post(address, message = null) {
  const response = await fetch(address, { method: 'POST', body: encode(message) })
  if (!response.ok) throw new Error(await response.text())
  return decode(await response.text())
}
