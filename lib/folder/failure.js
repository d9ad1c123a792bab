const fs = require('node:fs/promises')

/** What is wrong with one file or folder, and no reason to stop. */
class FileError extends Error {
  name = 'FileError'

  /** `isOfContent`: the file could be read, and its content is at fault. */
  constructor(message, { isOfContent = false, cause } = {}) {
    super(message, { cause })
    this.isOfContent = isOfContent
  }
}

/** The error of an operation of `node:fs`, without the path: that is told beside it. */
function unreadable(error) {
  if (error instanceof FileError) return error
  return new FileError(error.message.replace(/, \w+(?: '.*')?$/s, ''), { cause: error })
}

/** Whether an error says that a file is not there, or not any more. */
const isGone = ({ code }) => code === 'ENOENT' || code === 'ENOTDIR'

/** Whether a file is not there now. */
async function isMissing(file) {
  return fs.stat(file).then(() => false, isGone)
}

module.exports = { FileError, isGone, isMissing, unreadable }
