/**
 * All operations of the REST API by their names there, with its envelopes and its defaults: an object of functions that
 * take path, query and body in one object.
 */
const { data } = await client.api().countPoints({ collection_name: 'photos' })
console.log(data.status, data.result) // ok { count: 4 }
