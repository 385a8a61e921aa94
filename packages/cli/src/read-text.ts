import { readFileSync } from 'node:fs';
import { Outcome } from './outcome.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'is a folder; name a file',
  EACCES: 'may not be read',
};

/** The text of a file that a command names. @throws Outcome */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Outcome(2, `${file}: ${REASONS[code ?? ''] ?? message}`);
  }
}
