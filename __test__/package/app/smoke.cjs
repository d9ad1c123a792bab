const qdrant = require('qdrant-embedded')
const { work } = require('./work.cjs')

work(qdrant, JSON.parse(process.env.EMBED)).then(() => console.log('all is well'))
