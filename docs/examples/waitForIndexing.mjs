const onProgress = ({ indexedVectors, points }) => console.error(`${indexedVectors} of ${points}`)
const { status } = await client.waitForIndexing('photos', { onProgress })
console.log(status) // green
