import { parseServiceInterface, type ServiceInterface } from '@pointsman/core/config';
import { Outcome } from '../outcome.ts';
import { readJson } from './read-json.ts';

/** What the key `interface` of an agent's configuration says. @throws Outcome */
export function readInterface(file: string): ServiceInterface {
  const result = parseServiceInterface(readJson(file));
  if (result.ok) return result.desired;
  const lines = result.problems.map(
    ({ path, message }) => `${file}: ${path === '' ? '' : `${path}: `}${message}`,
  );
  throw new Outcome(2, lines.join('\n'));
}
