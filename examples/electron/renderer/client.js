import { connectPort } from './bridge/index.mjs'

let portArrived
let engineStopped

// Whatever runs this page, Electron or the development server, posts to it. No port tells a page that its other end is gone.
window.addEventListener('message', ({ source, data, ports }) => {
  if (source !== window) return
  if (data === 'port') portArrived?.(ports[0])
  else if (data === 'engine-stopped') engineStopped?.abort()
})

/** The engine's client, over a port of its own. */
export async function connect() {
  engineStopped = new AbortController()
  const { signal } = engineStopped
  const port = await new Promise((resolve) => {
    portArrived = resolve
    window.desktop.requestPort()
  })
  return connectPort(port, { signal })
}
