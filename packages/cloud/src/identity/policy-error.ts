/** A policy that cannot be taken: where it is wrong, what stands there, and what should. */
export class PolicyError extends Error {
  readonly code = 'MalformedPolicyDocument';
  constructor(place: string, problem: string) {
    super(`${place === '' ? 'The policy' : place} ${problem}.`);
    this.name = 'PolicyError';
  }
}
