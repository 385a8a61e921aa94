import { readFileSync } from 'node:fs';
import { Outcome } from '../outcome.ts';

/** @throws Outcome */
export function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Outcome(2, `${file}: ${code === 'ENOENT' ? 'there is no such file' : message}`);
  }
}
