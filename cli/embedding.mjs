import { embedImages } from '../index.js'
import { Progress } from './progress.mjs'
import { megabytes } from './units.mjs'

/** Embeds images with a model, showing the progress of its download where there is one. */
export function embed(model, images) {
  let download
  const onProgress = ({ phase, done, total }) => {
    if (phase !== 'download') return
    download ??= new Progress('Downloading the model', total, { unit: megabytes })
    download.update(done)
    if (done >= total) download.end()
  }
  return embedImages(images, { model: model.source, onProgress })
}

/** Which of the images an error of `embed` is about, and why it failed; null for an error of another kind. */
export function failedImage(error) {
  const about = /^image (\d+) \(.*?\): (.*)$/s.exec(error.message)
  return about && { index: Number(about[1]), reason: about[2] }
}
