import { connectPort } from './bridge/index.mjs'

/** The engine's client, over a port that whatever runs this page posts to it: Electron, or the development server. */
export function connect() {
  const port = new Promise((resolve) => {
    window.addEventListener('message', function received({ source, data, ports }) {
      if (source !== window || data !== 'port') return
      window.removeEventListener('message', received)
      resolve(ports[0])
    })
  })
  window.desktop.requestPort()
  return port.then(connectPort)
}
