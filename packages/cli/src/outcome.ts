/** How a command ends otherwise than well. 1: it did its work, and the result is bad. 2: the input is wrong, and nothing was done. */
export class Outcome extends Error {
  readonly exitCode: 1 | 2;
  constructor(exitCode: 1 | 2, message = '') {
    super(message);
    this.name = 'Outcome';
    this.exitCode = exitCode;
  }
}
