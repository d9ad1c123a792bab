import { statSync } from 'node:fs'

export const MODEL_HELP = `  --model <model>       clip, the name of another image model of fastembed, or a folder that holds
                        model.onnx and preprocessor_config.json`

export const TEXT_MODEL_HELP = `  --text-model <model>  the name of a text model of fastembed, or a folder with the files of one
                        (default: the one that the collection was made with,
                        Qdrant/all-MiniLM-L6-v2-onnx for a new one)`

/** The model that an option names: a name or a folder; undefined for none. */
export function modelOption(option) {
  if (option === undefined) return undefined
  if (statSync(option, { throwIfNoEntry: false })?.isDirectory()) return { path: option }
  if (/^\.{0,2}[/\\]/.test(option)) throw new Error(`No such model folder: ${option}`)
  return option
}

/** A model as a collection remembers it, for people. */
export function modelLabel({ model, model_path }) {
  return model_path ? `${model} (${model_path})` : model
}
