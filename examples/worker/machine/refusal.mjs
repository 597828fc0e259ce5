/** A program cannot do as it is told: the message says what to change, and no stack trace is needed. */
export class Refusal extends Error {
  /**
   * @param {string} message
   * @param {number} [exitCode] 2: the command line or the environment is wrong; 1: the machine's state is
   */
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
