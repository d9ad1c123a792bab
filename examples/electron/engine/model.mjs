import path from 'node:path'

/**
 * The model of an option: `clip`, which knows words as well, or a folder with an image model. Vectors of two models do
 * not compare, so that each has a collection of its own.
 */
export function modelOf(option = 'clip') {
  if (option === 'clip') {
    return { label: 'CLIP ViT-B/32', collection: 'pictures-clip', images: 'clip', texts: 'clip' }
  }
  const folder = path.resolve(option)
  const name = path.basename(folder)
  return { label: name, collection: `pictures-${name}`, images: { path: folder }, texts: null }
}
