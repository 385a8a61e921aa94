import { readFileSync } from 'node:fs';
import { parseServiceInterface, type ServiceInterface } from '@pointsman/core/config';
import { Outcome } from '../outcome.ts';

/** What the key `interface` of an agent's configuration says. @throws Outcome */
export function readInterface(file: string): ServiceInterface {
  const result = parseServiceInterface(readJson(file));
  if (result.ok) return result.desired;
  const lines = result.problems.map(
    ({ path, message }) => `${file}: ${path === '' ? '' : `${path}: `}${message}`,
  );
  throw new Outcome(2, lines.join('\n'));
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Outcome(2, `${file}: ${code === 'ENOENT' ? 'there is no such file' : message}`);
  }
}
