// What makes vectors of images or texts. Each `load` gives `embed(inputs, batchSize)` and `unload()`.
import { embedImages, embedTexts, loadModel, unloadModel } from '../../index.js'

export const OURS = 'qdrant-embedded'

const ours = async ({ kind, folder, threads }) => {
  const model = kind === 'texts' ? { path: folder, pooling: 'mean' } : { path: folder }
  await loadModel(model, { threads })
  const embed = kind === 'texts' ? embedTexts : embedImages
  return {
    embed: (inputs, batchSize) => embed(inputs, { model, threads, batchSize }),
    unload: () => unloadModel()
  }
}

const raw = async ({ kind, folder, threads }) => {
  const { RawImages, RawTexts } = await import('./raw.mjs')
  const model = await (kind === 'texts' ? RawTexts : RawImages).load(folder, { threads })
  return { embed: (inputs, batchSize) => model.embed(inputs, batchSize), unload: () => model.release() }
}

/** It fills texts up to `maxLength`, so that it gets the least one that cuts none. It has no option for threads. */
const fastembed = async ({ folder, maxTokens }) => {
  const { EmbeddingModel, FlagEmbedding } = await import('fastembed')
  let model = await FlagEmbedding.init({
    model: EmbeddingModel.CUSTOM,
    modelAbsoluteDirPath: folder,
    modelName: 'model.onnx',
    maxLength: maxTokens
  })
  return {
    async embed(inputs, batchSize) {
      const vectors = []
      for await (const batch of model.embed(inputs, batchSize)) vectors.push(...batch)
      return vectors
    },
    async unload() {
      model = undefined
    }
  }
}

export const SYSTEMS = {
  [OURS]: { kinds: ['images', 'texts'], load: ours },
  'onnxruntime-node': { kinds: ['images', 'texts'], load: raw, packages: ['onnxruntime-node', 'sharp'] },
  fastembed: { kinds: ['texts'], load: fastembed, packages: ['fastembed'] }
}
