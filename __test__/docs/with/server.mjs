import { withServer } from '../../drop-in/http.mjs'
import { withEnvironment } from '../environment.mjs'

/** A server at `QDRANT_URL`: Qdrant's routes with an engine in memory behind them. */
export default (use) => withServer((url) => withEnvironment({ QDRANT_URL: url }, () => use({})))
