// npm run format: formats everything that `npm test` checks the format of.
import { ensureDependencies } from './lib/dependencies.mjs'
import { main, run, runTool, SetupError } from './lib/run.mjs'
import { ensureLintTools, ensureRust } from './lib/rust.mjs'

await main(async () => {
  await ensureDependencies()
  const rust = await ensureRust()
  const tools = await ensureLintTools(rust)
  if (!tools) throw new SetupError(`rustfmt is missing beside Rust ${rust.release} in ${rust.bin}`)
  await run(tools.fmt, ['fmt', '--all'], { env: rust.env })
  await runTool('@biomejs/biome/bin/biome', ['check', '--write', '--error-on-warnings'])
})
