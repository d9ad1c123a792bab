await client.upsert('photos', { points: [{ id: 5, vector: [0.2, 0.2, 0.9, 0.1] }] })
await client.flush() // What was written so far survives a power cut, too.
