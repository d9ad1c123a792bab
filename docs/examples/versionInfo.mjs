/** Tells the version of the REST API, and which package answers. */
const { title, version } = await client.versionInfo()
console.log(title.startsWith('qdrant-embedded'), version) // true 1.19.0
