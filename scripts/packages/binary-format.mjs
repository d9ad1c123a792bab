import fs from 'node:fs'
import path from 'node:path'
import { SetupError } from '../lib/run.mjs'

const ELF = 0x464c457f
const MACH_O = 0xfeedfacf
const ELF_MACHINES = { 62: 'x64', 183: 'arm64' }
const MACH_O_MACHINES = { 16777223: 'x64', 16777228: 'arm64' }
const PE_MACHINES = { 34404: 'x64', 43620: 'arm64' }

/** Refuses a library that is not one for the platform that it is to be published for. */
export function checkBinary(file, platform) {
  const [os, cpu] = platform.split('-')
  const found = machineOf(readHead(file))
  if (found !== `${os}-${cpu}`) {
    throw new SetupError(
      `${path.basename(file)} is a library for ${found ?? 'no known platform'}, not ${os}-${cpu}`
    )
  }
}

function readHead(file) {
  const head = Buffer.alloc(4096)
  const descriptor = fs.openSync(file, 'r')
  try {
    return head.subarray(0, fs.readSync(descriptor, head, 0, head.length, 0))
  } finally {
    fs.closeSync(descriptor)
  }
}

/** Operating system and processor of a library, by its first bytes. */
function machineOf(head) {
  if (head.length < 64) return undefined
  const named = (os, cpu) => cpu && `${os}-${cpu}`
  if (head.readUInt32LE(0) === ELF) return named('linux', ELF_MACHINES[head.readUInt16LE(18)])
  if (head.readUInt32LE(0) === MACH_O) return named('darwin', MACH_O_MACHINES[head.readUInt32LE(4)])
  const pe = head.readUInt32LE(60)
  if (head.toString('latin1', 0, 2) !== 'MZ' || pe > head.length - 6) return undefined
  return named('win32', PE_MACHINES[head.readUInt16LE(pe + 4)])
}
