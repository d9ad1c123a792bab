/** Tells how full memory and disk are, in percent. No quotas can be set here. */
const { config, usage } = await client.getQuotas()
console.log(config.enabled, usage.disk_usage_percent <= 100) // false true
