/** Tells how the nodes of a cluster are: refused without one. */
await client.clusterTelemetry().catch(({ status }) => console.log(status)) // 405
