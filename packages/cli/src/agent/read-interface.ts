import { join } from 'node:path';
import { agentConfigSchema, parseServiceInterface, type ServiceInterface } from '@pointsman/core/config';
import { Outcome } from '../outcome.ts';
import { readJson } from './read-json.ts';

/** What an agent's configuration says of the interface; `directory` is where a change waits for its confirmation. */
export type InterfaceConfig = { desired: ServiceInterface; directory: string };

/** @throws Outcome */
export function readInterface(file: string): InterfaceConfig {
  const value = readJson(file);
  const result = parseServiceInterface(value);
  if (result.ok) return { desired: result.desired, directory: confirmDirectory(file, value as object) };
  const lines = result.problems.map(
    ({ path, message }) => `${file}: ${path === '' ? '' : `${path}: `}${message}`,
  );
  throw new Outcome(2, lines.join('\n'));
}

function confirmDirectory(file: string, { stateDirectory }: { stateDirectory?: unknown }): string {
  const read = agentConfigSchema.shape.stateDirectory.safeParse(stateDirectory);
  if (read.success) return join(read.data, 'confirm');
  throw new Outcome(2, `${file}: stateDirectory: ${read.error.issues[0]!.message}`);
}
