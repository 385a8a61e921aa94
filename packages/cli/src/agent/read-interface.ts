import { join } from 'node:path';
import { agentConfigSchema, parseServiceInterface, type ServiceInterface } from '@pointsman/core/config';
import { findServiceInterface } from '@pointsman/host';
import { Outcome } from '../outcome.ts';
import { readAgentConfig } from './read-config.ts';
import { readJson } from './read-json.ts';

/** What is to become of a host's interface; `directory` is where a change waits for its confirmation, `socket` that of the host's agent. */
export type InterfaceConfig = { desired: ServiceInterface; directory: string; socket: string };

/** By the key `interface` of an agent's configuration, or as the agent has claimed it. @throws Outcome */
export async function readInterface(file: string): Promise<InterfaceConfig> {
  const value = readJson(file);
  const isClaimed = typeof value === 'object' && value !== null && 'tier' in value;
  if (isClaimed) return readClaimed(file);
  const result = parseServiceInterface(value);
  if (result.ok)
    return { desired: result.desired, directory: readDirectory(file), socket: readPath(file, 'socket') };
  const lines = result.problems.map(
    ({ path, message }) => `${file}: ${path === '' ? '' : `${path}: `}${message}`,
  );
  throw new Outcome(2, lines.join('\n'));
}

/** @throws Outcome */
export function readDirectory(file: string): string {
  return confirmDirectory(readPath(file, 'stateDirectory'));
}

function readPath(file: string, key: 'stateDirectory' | 'socket'): string {
  const value = readJson(file) as Partial<Record<typeof key, unknown>> | null;
  const read = agentConfigSchema.shape[key].safeParse(value?.[key]);
  if (read.success) return read.data;
  throw new Outcome(2, `${file}: ${key}: ${read.error.issues[0]!.message}`);
}

async function readClaimed(file: string): Promise<InterfaceConfig> {
  const { stateDirectory, socket } = readAgentConfig(file);
  try {
    const desired = await findServiceInterface({ stateDirectory });
    return { desired, directory: confirmDirectory(stateDirectory), socket };
  } catch (error) {
    throw new Outcome(2, `${file}: ${(error as Error).message}`);
  }
}

function confirmDirectory(stateDirectory: string): string {
  return join(stateDirectory, 'confirm');
}
