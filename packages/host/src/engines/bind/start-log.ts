/**
 * What named complained of before it was running, out of its log of that start: addresses that it could not have, a configuration
 * that it does not take. Undefined where it did not.
 */
export function troubleIn(text: string): string | undefined {
  const lines = text.split('\n').map((line) => line.replace(/^\S+ \S+ /, ''));
  const complaint = lines
    .map((line) => /^[a-z-]+: (?:critical|error): (.*)$/.exec(line)?.[1])
    .find((line) => line !== undefined);
  return complaint ?? lines.find((line) => line.includes('not listening on any interfaces'));
}
