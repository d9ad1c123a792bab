// Embedding without this package: onnxruntime-node runs the network, sharp reads images, and @huggingface/tokenizers, which
// transformers.js has, makes tokens of texts.
import fs from 'node:fs'
import path from 'node:path'
import { Tokenizer } from '@huggingface/tokenizers'
import * as ort from 'onnxruntime-node'
import sharp from 'sharp'

const readJson = (file) => JSON.parse(fs.readFileSync(file, 'utf8'))

/** A session, with `file` as its network. */
async function open(folder, threads, file = 'model.onnx') {
  return ort.InferenceSession.create(path.join(folder, file), {
    intraOpNumThreads: threads,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all'
  })
}

const chunks = (items, size) =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size))

/** Images to vectors of unit length, by a network for images of one size. */
export class RawImages {
  #session
  #settings

  static async load(folder, { threads, file } = {}) {
    const model = new RawImages()
    model.#session = await open(folder, threads, file)
    model.#settings = readJson(path.join(folder, 'preprocessor_config.json'))
    return model
  }

  /** The next images are read while the network works on those before. */
  async embed(files, batchSize) {
    const batches = chunks(files, batchSize)
    const vectors = []
    let next = this.#prepare(batches[0] ?? [])
    for (let at = 0; at < batches.length; at++) {
      const pixels = await next
      next = at + 1 < batches.length ? this.#prepare(batches[at + 1]) : undefined
      vectors.push(...(await this.#run(pixels, batches[at].length)))
    }
    return vectors
  }

  release() {
    return this.#session.release()
  }

  async #prepare(files) {
    const { width, height } = this.#crop
    const size = 3 * width * height
    const pixels = new Float32Array(files.length * size)
    await Promise.all(
      files.map(async (file, index) => this.#normalize(await this.#read(file), pixels, index * size))
    )
    return pixels
  }

  /** Bytes of red, green and blue as a viewer shows them, resized and cut to what the network takes. */
  async #read(file) {
    const image = sharp(file).autoOrient().flatten({ background: 'white' }).toColourspace('srgb')
    const { width, height } = this.#crop
    const { width: from, height: high } = (await image.metadata()).autoOrient
    const scale = this.#shortestEdge / Math.min(from, high)
    const [across, down] = [from, high].map((side) => Math.max(1, Math.trunc(side * scale)))
    const left = Math.floor((across - width) / 2)
    const top = Math.floor((down - height) / 2)
    return image
      .resize(across, down, { fit: 'fill', kernel: 'cubic', fastShrinkOnLoad: false })
      .extract({ left, top, width, height })
      .removeAlpha()
      .raw()
      .toBuffer()
  }

  #normalize(bytes, pixels, offset) {
    const { image_mean: mean, image_std: std, rescale_factor: factor = 1 / 255 } = this.#settings
    const plane = bytes.length / 3
    for (let channel = 0; channel < 3; channel++) {
      const at = offset + channel * plane
      for (let i = 0; i < plane; i++) {
        pixels[at + i] = (bytes[3 * i + channel] * factor - mean[channel]) / std[channel]
      }
    }
  }

  async #run(pixels, count) {
    const { width, height } = this.#crop
    const [input] = this.#session.inputNames
    const output = await this.#session.run({
      [input]: new ort.Tensor('float32', pixels, [count, 3, height, width])
    })
    return rows(output[this.#session.outputNames[0]])
  }

  get #crop() {
    const { crop_size: size } = this.#settings
    return typeof size === 'number' ? { width: size, height: size } : size
  }

  get #shortestEdge() {
    const { size } = this.#settings
    return typeof size === 'number' ? size : (size.shortest_edge ?? size.height)
  }
}

/** Texts to what a network makes of their tokens. */
export class RawTexts {
  #session
  #tokenizer
  #maxTokens

  static async load(folder, { threads, file, maxTokens } = {}) {
    const model = new RawTexts()
    const config = readJson(path.join(folder, 'tokenizer_config.json'))
    const tokenizer = readJson(path.join(folder, 'tokenizer.json'))
    model.#session = await open(folder, threads, file)
    model.#tokenizer = new Tokenizer(tokenizer, config)
    model.#maxTokens = Math.min(maxTokens ?? 512, config.model_max_length ?? 512)
    return model
  }

  /** One vector of unit length for each text: that of its first token, or the average of all. */
  async embed(texts, batchSize, pooling = 'mean') {
    const vectors = []
    for (const batch of chunks(texts, batchSize)) {
      const { outputs, mask } = await this.run(batch)
      const tensor = pick(outputs, ['text_embeds', 'last_hidden_state', 'sentence_embedding'])
      vectors.push(...(tensor.dims.length === 2 ? rows(tensor) : pool(tensor, mask, pooling)))
    }
    return vectors
  }

  /** SPLADE's weights of each text, by tokens. */
  async splade(texts) {
    const { outputs, mask } = await this.run(texts)
    const { data, dims } = Object.values(outputs)[0]
    const [count, tokens, size] = dims
    return Array.from({ length: count }, (_, text) => {
      const weights = new Map()
      for (let token = 0; token < tokens; token++) {
        if (!mask[text * tokens + token]) continue
        const at = (text * tokens + token) * size
        for (let id = 0; id < size; id++) {
          const weight = Math.log1p(Math.max(0, data[at + id]))
          if (weight > (weights.get(id) ?? 0)) weights.set(id, weight)
        }
      }
      return weights
    })
  }

  /** The three kinds of vectors that BGE-M3 makes of a text. */
  async bgeM3(text) {
    const special = [0, 1, 2, 3]
    const { outputs, ids } = await this.run([text])
    const [dense, sparse, tokens] = this.#session.outputNames.map((name) => outputs[name])
    const weights = new Map()
    for (const [at, id] of ids.entries()) {
      if (special.includes(id) || sparse.data[at] <= 0) continue
      weights.set(id, Math.max(weights.get(id) ?? 0, sparse.data[at]))
    }
    const [, count, size] = tokens.dims
    return {
      dense: dense.data,
      sparse: weights,
      tokens: Array.from({ length: count }, (_, at) =>
        Array.from(tokens.data.slice(at * size, (at + 1) * size))
      )
    }
  }

  /** The score of each document for the query. */
  async rerank(query, documents) {
    const { outputs } = await this.run(documents.map((document) => [query, document]))
    const { data, dims } = Object.values(outputs)[0]
    return documents.map((_, index) => data[index * dims[1]])
  }

  /** All outputs for texts, or for pairs of them, which are filled up to the longest; and which tokens there are. */
  async run(texts) {
    const encoded = texts.map((text) => this.#encode(text))
    const length = Math.max(...encoded.map(({ ids }) => ids.length))
    const fill = (pick) => {
      const data = new BigInt64Array(texts.length * length)
      for (const [index, tokens] of encoded.entries()) {
        for (const [at, value] of pick(tokens).entries()) data[index * length + at] = BigInt(value)
      }
      return new ort.Tensor('int64', data, [texts.length, length])
    }
    const feeds = {
      input_ids: fill(({ ids }) => ids),
      attention_mask: fill(({ ids }) => ids.map(() => 1)),
      token_type_ids: fill(({ ids, types }) => types ?? ids.map(() => 0))
    }
    // Some exports call them so.
    feeds.input_mask = feeds.attention_mask
    feeds.segment_ids = feeds.token_type_ids
    const wanted = this.#session.inputNames.map((name) => [name, feeds[name]])
    return {
      outputs: await this.#session.run(Object.fromEntries(wanted)),
      ids: Array.from(feeds.input_ids.data, Number),
      mask: Array.from(feeds.attention_mask.data, Number)
    }
  }

  release() {
    return this.#session.release()
  }

  #encode(text) {
    const [first, second] = [text].flat()
    const { ids, token_type_ids: types } = this.#tokenizer.encode(first, {
      text_pair: second,
      return_token_type_ids: true
    })
    const most = this.#maxTokens
    if (ids.length <= most) return { ids, types }
    // The token at the end stays.
    const cut = (list) => list && [...list.slice(0, most - 1), list.at(-1)]
    return { ids: cut(ids), types: cut(types) }
  }
}

function pick(outputs, names) {
  const all = Object.values(outputs)
  return all.length === 1 ? all[0] : outputs[names.find((name) => name in outputs)]
}

function rows({ data, dims }) {
  const [count, ...rest] = dims
  const size = rest.at(-1)
  const step = rest.reduce((product, side) => product * side, 1)
  return Array.from({ length: count }, (_, row) => unit(data.slice(row * step, row * step + size)))
}

function pool({ data, dims }, mask, pooling) {
  const [count, tokens, size] = dims
  return Array.from({ length: count }, (_, text) => {
    const sum = new Float32Array(size)
    for (let token = 0; token < (pooling === 'cls' ? 1 : tokens); token++) {
      if (!mask[text * tokens + token]) continue
      const at = (text * tokens + token) * size
      for (let i = 0; i < size; i++) sum[i] += data[at + i]
    }
    return unit(sum)
  })
}

function unit(vector) {
  const length = Math.hypot(...vector)
  return length > 0 ? vector.map((number) => number / length) : vector
}
