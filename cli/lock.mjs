import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

const LOCK = '.lock'
const HOLDER = '.lock.pid'

/**
 * The process that holds the lock of a storage folder, without trying to take it: `pid`, null if it is not known, and
 * `command`; null if none does. A process that was killed leaves a note of its id behind, but no lock.
 */
export async function lockHolder(folder) {
  const noted = Number(await fs.readFile(path.join(folder, HOLDER), 'utf8').catch(() => Number.NaN))
  const pid = noted > 0 ? noted : null
  const isLocked = (await isInLockTable(path.join(folder, LOCK))) ?? (pid !== null && isAlive(pid))
  return isLocked ? { pid, command: pid && (await commandOf(pid)) } : null
}

/** Whether somebody has locked the file, as Linux tells; null elsewhere. */
async function isInLockTable(file) {
  const table = await fs.readFile('/proc/locks', 'utf8').catch(() => null)
  if (table === null) return null
  const stat = await fs.stat(file).catch(() => null)
  // The column is major:minor:inode; device numbers of some file systems differ from those of `stat`.
  return stat !== null && new RegExp(` FLOCK .*:${stat.ino} `, 'm').test(table)
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** The command line of a process, as far as this user may see it. */
async function commandOf(pid) {
  try {
    if (process.platform === 'linux') {
      const line = await fs.readFile(`/proc/${pid}/cmdline`, 'utf8')
      return line.replace(/\0+$/, '').replaceAll('\0', ' ') || null
    }
    const [command, ...args] =
      process.platform === 'win32'
        ? ['tasklist', '/fi', `pid eq ${pid}`, '/fo', 'csv', '/nh']
        : ['ps', '-o', 'args=', '-p', `${pid}`]
    const { stdout } = await promisify(execFile)(command, args)
    const line = stdout.trim()
    return (process.platform === 'win32' ? /^"(.+?)"/.exec(line)?.[1] : line) || null
  } catch {
    return null
  }
}

/** A holder in words. */
export function describeHolder({ pid, command }) {
  if (pid === null) return 'a process that is not known here'
  return command ? `process ${pid} (${command})` : `process ${pid}`
}
