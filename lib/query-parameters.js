/** What a server takes from the query of the URL, beside the body of a request. */

const { nativeError } = require('./errors.js')

const ORDERINGS = ['weak', 'medium', 'strong']
const CONSISTENCIES = ['majority', 'quorum', 'all']

/** Refuses a request whose query parameters a server would not take; the others are part of the request. */
function checkQueryParameters({ wait, ordering, consistency }) {
  if (isGiven(wait) && typeof wait !== 'boolean') {
    throw refusal('wait', 'provided string was not `true` or `false`')
  }
  if (isGiven(ordering) && !ORDERINGS.includes(ordering)) {
    throw refusal('ordering', unknownVariant(ordering, ORDERINGS))
  }
  if (isGiven(consistency) && !CONSISTENCIES.includes(consistency)) {
    if (consistency === 0) throw refusal('consistency', "read consistency factor can't be zero")
    if (!Number.isInteger(consistency) || consistency < 0) {
      throw refusal('consistency', 'data did not match any variant of untagged enum ReadConsistency')
    }
  }
}

const isGiven = (value) => value !== undefined && value !== null

const unknownVariant = (value, known) =>
  `unknown variant \`${value}\`, expected one of ${known.map((name) => `\`${name}\``).join(', ')}`

const refusal = (name, fault) => nativeError(400, `Deserialize error in query parameters: ${name}: ${fault}`)

module.exports = { checkQueryParameters }
