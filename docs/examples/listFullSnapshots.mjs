console.log(await client.listFullSnapshots()) // []
