await client.close()
await client.count('photos').catch(({ code }) => console.log(code)) // CLIENT_CLOSED
