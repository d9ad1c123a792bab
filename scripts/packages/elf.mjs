import fs from 'node:fs'
import { SetupError } from '../lib/run.mjs'

const MAGIC = 0x464c457f
const CLASS_64 = 2
const SECTION_SIZE = 64
const SYMBOL_SIZE = 24
const DYNAMIC_SIZE = 16
const NEEDED = 1n

/** Kinds of sections. */
const SYMTAB = 2
const DYNAMIC = 6
const DYNSYM = 11
const VERNEED = 0x6ffffffe

/**
 * What a shared library of Linux asks of the system and offers to it: `needed` names the libraries that it is linked
 * with, `versions` the versions of symbols that it wants, such as `GLIBC_2.28`, `exports` its own symbols;
 * `isStripped` tells whether the symbols that only debuggers read are gone.
 */
export function readElf(file) {
  const content = fs.readFileSync(file)
  if (content.length < 64 || content.readUInt32LE(0) !== MAGIC || content[4] !== CLASS_64) {
    throw new SetupError(`${file} is not a 64-bit ELF file`)
  }
  const sections = sectionsOf(content)
  const ofKind = (kind) => sections.filter((section) => section.kind === kind)
  return {
    needed: ofKind(DYNAMIC).flatMap((section) => needed(section, sections)),
    versions: ofKind(VERNEED).flatMap((section) => versions(section, sections)),
    exports: ofKind(DYNSYM).flatMap((section) => exported(section, sections)),
    isStripped: ofKind(SYMTAB).length === 0
  }
}

function sectionsOf(content) {
  const start = Number(content.readBigUInt64LE(40))
  return Array.from({ length: content.readUInt16LE(60) }, (_, index) => {
    const header = content.subarray(start + index * SECTION_SIZE)
    const [offset, size] = [24, 32].map((at) => Number(header.readBigUInt64LE(at)))
    return {
      kind: header.readUInt32LE(4),
      data: content.subarray(offset, offset + size),
      link: header.readUInt32LE(40),
      count: header.readUInt32LE(44)
    }
  })
}

/** The name at an offset of the table of strings that belongs to a section. */
function nameIn({ link }, sections, offset) {
  const { data } = sections[link]
  return data.toString('latin1', offset, data.indexOf(0, offset))
}

function needed(section, sections) {
  return records(section.data, DYNAMIC_SIZE)
    .filter((entry) => entry.readBigUInt64LE(0) === NEEDED)
    .map((entry) => nameIn(section, sections, Number(entry.readBigUInt64LE(8))))
}

/** Two linked lists, one inside of the other: of libraries, and of the versions that are wanted of each. */
function versions(section, sections) {
  const found = []
  let library = section.data
  for (let left = section.count; left > 0; left--) {
    let version = library.subarray(library.readUInt32LE(8))
    for (let more = library.readUInt16LE(2); more > 0; more--) {
      found.push(nameIn(section, sections, version.readUInt32LE(8)))
      version = version.subarray(version.readUInt32LE(12))
    }
    library = library.subarray(library.readUInt32LE(12))
  }
  return found
}

function exported(section, sections) {
  return records(section.data, SYMBOL_SIZE)
    .filter((symbol) => symbol[4] >> 4 !== 0 && (symbol[5] & 3) === 0 && symbol.readUInt16LE(6) !== 0)
    .map((symbol) => nameIn(section, sections, symbol.readUInt32LE(0)))
}

function records(data, size) {
  const count = Math.floor(data.length / size)
  return Array.from({ length: count }, (_, index) => data.subarray(index * size, (index + 1) * size))
}
