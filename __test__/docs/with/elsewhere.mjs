import { withStore } from '../store.mjs'

/** `elsewhere`, a client of another, empty engine. */
export default (use) => withStore((elsewhere) => use({ elsewhere }))
