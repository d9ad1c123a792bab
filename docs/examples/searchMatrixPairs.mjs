const { pairs } = await client.searchMatrixPairs('photos', { sample: 4, limit: 1 })
console.log(pairs.length, Object.keys(pairs[0])) // 4 [ 'a', 'b', 'score' ]
