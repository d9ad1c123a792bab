await client.createPayloadIndex('photos', { field_name: 'name', field_schema: 'keyword' })
const { payload_schema } = await client.getCollection('photos')
console.log(payload_schema.name.data_type) // keyword
