import type { AgentStatus } from './agent-status.ts';

/** Reads what an agent has published; undefined for anything else, which whoever may write there can put in its place. */
export function parseStatus(text: string | undefined): AgentStatus | undefined {
  try {
    const value = JSON.parse(text ?? '') as Partial<AgentStatus>;
    const isStatus =
      typeof value.at === 'string' &&
      [value.rules, value.heals, value.faults, value.problems].every(Array.isArray);
    return isStatus ? (value as AgentStatus) : undefined;
  } catch {
    return undefined;
  }
}
