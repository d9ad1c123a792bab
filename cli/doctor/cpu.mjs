import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import os from 'node:os'

/** What the engine compares vectors with, by the names that Linux has for it. */
const USED = { x64: ['avx', 'fma', 'avx2', 'f16c'], arm64: ['asimd', 'asimdhp'] }

/** What the engine cannot do without. */
const NEEDED = { x64: ['sse4_2'], arm64: ['asimd'] }

const HOST_FEATURES = 'In a virtual machine, pass the features of the host on (CPU type "host")'

/** The instructions that make searches fast; `ofEngine` are those that the engine finds, if it works. */
export function checkCpu(ofEngine) {
  const model = `${os.cpus()[0]?.model.trim() || process.arch}, ${os.cpus().length} cores`
  const used = USED[process.arch] ?? []
  const features = ofEngine ? new Set(ofEngine) : readFeatures()
  if (features === null || used.length === 0) {
    return { verdict: 'ok', finding: `${model}; its features are not known here` }
  }
  const has = used.filter((feature) => features.has(feature))
  const lacks = used.filter((feature) => !features.has(feature))
  const details = { has, lacks }
  const missing = NEEDED[process.arch].filter((feature) => !features.has(feature))
  if (missing.length > 0) {
    return {
      verdict: 'broken',
      finding: `${model}: has no ${missing.join(', ')}, which the engine needs`,
      remedy: HOST_FEATURES,
      details
    }
  }
  if (lacks.length === 0) return { verdict: 'ok', finding: `${model}: ${has.join(', ')}`, details }
  return {
    verdict: 'note',
    finding: `${model}: has no ${lacks.join(', ')}; all works, searches are slower`,
    remedy: isTranslated() ? 'This Node.js is translated by Rosetta: install one for arm64' : HOST_FEATURES,
    details
  }
}

const MAC_NAMES = { 'avx1.0': 'avx', 'sse4.2': 'sse4_2' }

/** The names of the features, in small letters; null where they cannot be read. */
function readFeatures() {
  try {
    if (process.platform === 'linux') {
      const [, flags] = /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))
      return new Set(flags.trim().split(/\s+/))
    }
    if (process.platform !== 'darwin') return null
    // All of Apple's own processors have them.
    if (process.arch === 'arm64') return new Set([...NEEDED.arm64, ...USED.arm64])
    const flags = sysctl('machdep.cpu.features', 'machdep.cpu.leaf7_features')
    return new Set(
      flags
        .toLowerCase()
        .split(/\s+/)
        .map((flag) => MAC_NAMES[flag] ?? flag)
    )
  } catch {
    return null
  }
}

function isTranslated() {
  if (process.platform !== 'darwin') return false
  try {
    return sysctl('sysctl.proc_translated').trim() === '1'
  } catch {
    return false
  }
}

function sysctl(...names) {
  return execFileSync('sysctl', ['-n', ...names], { encoding: 'utf8' })
}
