import { parseArgs } from 'node:util'
import { UsageError } from './errors.mjs'

/** Where the commands keep their data, unless `--path` says otherwise. */
export const DEFAULT_FOLDER = './qdrant_data'

/** The options of the commands about files, with their defaults. */
export const FILE_OPTIONS = {
  path: { type: 'string', default: DEFAULT_FOLDER },
  collection: { type: 'string', default: 'images' },
  model: { type: 'string' },
  'text-collection': { type: 'string', default: 'texts' },
  'text-model': { type: 'string' }
}

export const FILE_OPTIONS_HELP = `  --path <folder>       where the collections are kept (default: ${DEFAULT_FOLDER})
  --collection <name>   the collection of the images (default: images)
  --text-collection <name>
                        the collection of the texts (default: texts)`

/** Parses the options of a command that takes one operand, or an option in its place; returns it under its name. */
export function parse(args, operand, options, instead) {
  const { values, positionals } = parsed(args, options)
  if (instead && values[instead] !== undefined) {
    if (positionals.length > 0)
      throw new UsageError(`Option '--${instead}' stands in place of the ${operand}`)
    return notEmpty(values)
  }
  if (positionals.length === 0) throw new UsageError(`No ${operand} given`)
  if (positionals.length > 1) throw new UsageError(`One ${operand} expected, and then: ${positionals[1]}`)
  return { ...notEmpty(values), [operand]: positionals[0] }
}

/** Parses the options of a command without operands. */
export function parseOptions(args, options) {
  const { values, positionals } = parsed(args, options)
  if (positionals.length > 0) throw new UsageError(`Options expected, and then: ${positionals[0]}`)
  return notEmpty(values)
}

function notEmpty(values) {
  for (const [name, value] of Object.entries(values)) {
    if (value === '') throw new UsageError(`Option '--${name}' is empty`)
  }
  return values
}

function parsed(args, options) {
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (error) {
    if (!error.code?.startsWith('ERR_PARSE_ARGS')) throw error
    // What follows the first sentence explains how to pass operands that look like options.
    throw new UsageError(error.message.split(/\.?[\n ]+To specify|\.\s/)[0])
  }
}
