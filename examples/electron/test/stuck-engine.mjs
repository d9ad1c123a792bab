// An engine that hears of nothing.
process.parentPort.on('message', () => {})
