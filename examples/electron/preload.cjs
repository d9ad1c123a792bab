// What the page can ask of the main process. It gets nothing of Electron or Node.js itself.
const { contextBridge, ipcRenderer } = require('electron')

// A port cannot pass the context bridge; it can be posted to the page.
ipcRenderer.on('port', ({ ports }) => window.postMessage('port', window.location.origin, ports))
ipcRenderer.on('engine-stopped', () => window.postMessage('engine-stopped', window.location.origin))

contextBridge.exposeInMainWorld('desktop', {
  requestPort: () => ipcRenderer.send('request-port'),
  chooseFolder: () => ipcRenderer.invoke('choose-folder'),
  showInFolder: (id) => ipcRenderer.invoke('show-in-folder', id)
})
