import { withClient } from '../../helpers.mjs'

/** `elsewhere`, a client of another, empty engine. */
export default (use) => withClient((elsewhere) => use({ elsewhere }))
