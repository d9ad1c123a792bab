/** Files of a folder as points of collections: kept as the files are, and found by what is in them. */

const { FolderIndex } = require('./folder-index.js')
const { folderOptions } = require('./options.js')
const { searchFiles } = require('./search.js')
const { FolderWatcher } = require('./watch.js')

/** `functions` are those that embed and split. */
function defineFolder(functions) {
  return {
    async indexFolder(client, folder, options = {}) {
      return new FolderIndex(client, folder, folderOptions(options), functions).scan(options)
    },

    async searchFiles(client, query, options = {}) {
      return searchFiles(client, query, options, functions)
    },

    async watchFolder(client, folder, options = {}) {
      return new FolderWatcher(client, folder, options, functions).begin()
    }
  }
}

module.exports = { defineFolder }
