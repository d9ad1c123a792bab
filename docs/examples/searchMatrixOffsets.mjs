const { ids, offsets_row, offsets_col, scores } = await client.searchMatrixOffsets('photos', {
  sample: 4,
  limit: 1
})
console.log(ids, offsets_row) // [ 1, 2, 3, 4 ] [ 0, 1, 2, 3 ]
console.log(offsets_col.length, scores.length) // 4 4
