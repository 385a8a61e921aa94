/** How a command ends that did not do what it was asked. 1: the answer is no. 2: the input is wrong. */
export class Outcome extends Error {
  readonly exitCode: 1 | 2;
  constructor(exitCode: 1 | 2, message = '') {
    super(message);
    this.name = 'Outcome';
    this.exitCode = exitCode;
  }
}
