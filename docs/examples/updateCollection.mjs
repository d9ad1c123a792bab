await client.updateCollection('photos', { optimizers_config: { indexing_threshold: 20_000 } })
const { config } = await client.getCollection('photos')
console.log(config.optimizer_config.indexing_threshold) // 20000
