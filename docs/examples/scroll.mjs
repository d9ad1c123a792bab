const first = await client.scroll('photos', { limit: 3, with_payload: false })
console.log(first.points.length, first.next_page_offset) // 3 4
const rest = await client.scroll('photos', { limit: 3, offset: first.next_page_offset })
console.log(rest.points.length, rest.next_page_offset) // 1 null
