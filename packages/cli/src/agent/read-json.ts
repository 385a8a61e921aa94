import { Outcome } from '../outcome.ts';
import { readText } from '../read-text.ts';

/** @throws Outcome */
export function readJson(file: string): unknown {
  const text = readText(file);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Outcome(2, `${file}: is not JSON: ${(error as Error).message}`);
  }
}
