/** Sets quotas on a server: refused here, with status 501. */
await client.updateQuotas({ enabled: true }).catch(({ status }) => console.log(status)) // 501
