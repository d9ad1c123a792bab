/** The command line itself is wrong: exit code 2. */
export class UsageError extends Error {}

/** The user asked to stop, with Ctrl-C for example. */
export class Interrupted extends Error {
  constructor(signal) {
    super(`Interrupted (${signal})`)
    this.exitCode = { SIGINT: 130, SIGTERM: 143 }[signal]
  }
}
