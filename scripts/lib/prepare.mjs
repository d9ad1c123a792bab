import { ensureAddon } from './addon.mjs'
import { ensureDependencies } from './dependencies.mjs'
import { ensureRust } from './rust.mjs'

/** Makes this checkout ready to run: npm dependencies, Rust, addon. Returns the Rust that was used. */
export async function prepare() {
  await ensureDependencies()
  const rust = await ensureRust()
  await ensureAddon(rust)
  return rust
}
