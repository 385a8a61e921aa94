import { type AgentConfig, parseAgentConfig } from '@pointsman/core/config';
import { Outcome } from '../outcome.ts';
import { readJson } from './read-json.ts';

/** The agent's configuration in a file. @throws Outcome with all that is wrong with it */
export function readAgentConfig(file: string): AgentConfig {
  const result = parseAgentConfig(readJson(file));
  if (result.ok) return result.config;
  const lines = result.problems.map(
    ({ path, message }) => `${file}: ${path === '' ? '' : `${path}: `}${message}`,
  );
  throw new Outcome(2, lines.join('\n'));
}
