/** Objects in the place of vectors, of which a model makes the vectors. */

/** Whether a value is such an object. */
function isInferenceObject(value) {
  return typeof value.model === 'string' && ('text' in value || 'image' in value || 'object' in value)
}

/** JSON has no bytes: an image that is a `Buffer` or a `Uint8Array` is sent in base64. */
function withImageAsText(object) {
  const { image } = object
  if (!(image instanceof Uint8Array)) return object
  const bytes = Buffer.from(image.buffer, image.byteOffset, image.byteLength)
  return { ...object, image: bytes.toString('base64') }
}

module.exports = { isInferenceObject, withImageAsText }
