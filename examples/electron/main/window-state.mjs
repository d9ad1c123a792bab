import fs from 'node:fs'
import path from 'node:path'

const SIZE = { width: 1180, height: 820 }
const SAVE_DELAY = 500

/** Where the window was when the program ended; a place that no screen shows any more does not count. */
export function loadWindowState(file, screen) {
  const { bounds, isMaximized } = read(file)
  if (!isBounds(bounds)) return { bounds: SIZE, isMaximized: false }
  const isVisible = screen.getAllDisplays().some(({ workArea }) => overlaps(workArea, bounds))
  const { width, height } = bounds
  return { bounds: isVisible ? bounds : { width, height }, isMaximized: isMaximized === true }
}

/** Remembers where a window is, whenever that changes. */
export function keepWindowState(file, window) {
  let timer
  const save = () => {
    clearTimeout(timer)
    if (window.isDestroyed()) return
    const state = { bounds: window.getNormalBounds(), isMaximized: window.isMaximized() }
    write(file, state)
  }
  const saveSoon = () => {
    clearTimeout(timer)
    timer = setTimeout(save, SAVE_DELAY)
  }
  for (const event of ['resize', 'move', 'maximize', 'unmaximize']) window.on(event, saveSoon)
  window.on('close', save)
}

function read(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) ?? {}
  } catch {
    return {} // None yet, or none that can be read: as good as none.
  }
}

function write(file, state) {
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(`${file}.new`, JSON.stringify(state))
  fs.renameSync(`${file}.new`, file)
}

function isBounds(bounds) {
  const numbers = [bounds?.x, bounds?.y, bounds?.width, bounds?.height]
  return numbers.every(Number.isInteger) && bounds.width >= 200 && bounds.height >= 200
}

function overlaps(one, other) {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  )
}
