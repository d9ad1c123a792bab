/**
 * Has the engine map files of vectors into memory once, for an application that shares its machine. It would map them
 * twice otherwise, the second time to read ahead, and what is mapped twice counts twice in the memory of a process. The
 * first folder that is opened decides; who has set the variable, be it to nothing, has decided already.
 */
function mapOnce(preset) {
  if (preset !== 'server') process.env.QDRANT_NO_MULTI_MMAP ??= '1'
}

module.exports = { mapOnce }
