import * as qdrant from 'qdrant-embedded'
import { work } from './work.cjs'

await work(qdrant, JSON.parse(process.env.EMBED))
console.log('all is well')
