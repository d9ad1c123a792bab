import { Embeddings } from '@langchain/core/embeddings'

import { embed } from '../../integrations/words.mjs'

class WordEmbeddings extends Embeddings {
  async embedDocuments(texts) {
    return texts.map(embed)
  }

  async embedQuery(text) {
    return embed(text)
  }
}

/** `texts` with their `metadata`, and `embeddings` for LangChain. */
export default (use) =>
  use({
    texts: ['how to tie a bowline', 'how to bake bread', 'a bowline is a knot'],
    metadata: [{ page: 1 }, { page: 2 }, { page: 3 }],
    embeddings: new WordEmbeddings({})
  })
