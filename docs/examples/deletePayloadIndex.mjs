await client.deletePayloadIndex('photos', 'year')
const { payload_schema } = await client.getCollection('photos')
console.log(Object.keys(payload_schema)) // [ 'kind' ]
