// The package for `require`; `index.mjs` is the one for `import`.
const { definePackage } = require('./lib/package.js')

const exported = definePackage(require('@qdrant/js-client-rest'))

// One by one, so that their names can be imported from this file, too.
module.exports.QdrantClient = exported.QdrantClient
module.exports.QdrantError = exported.QdrantError
module.exports.connect = exported.connect
module.exports.downloadModel = exported.downloadModel
module.exports.embedImages = exported.embedImages
module.exports.embedTexts = exported.embedTexts
module.exports.indexFolder = exported.indexFolder
module.exports.listModels = exported.listModels
module.exports.loadModel = exported.loadModel
module.exports.migrate = exported.migrate
module.exports.modelCacheDir = exported.modelCacheDir
module.exports.rerank = exported.rerank
module.exports.searchFiles = exported.searchFiles
module.exports.splitText = exported.splitText
module.exports.unloadModel = exported.unloadModel
module.exports.watchFolder = exported.watchFolder
