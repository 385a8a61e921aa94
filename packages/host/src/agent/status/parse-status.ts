import type { AgentStatus } from './agent-status.ts';

/** Reads what an agent has published; undefined for anything else, which whoever may write there can put in its place. */
export function parseStatus(text: string | undefined): AgentStatus | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text ?? '', (_, part) => (typeof part === 'string' ? printable(part) : part));
  } catch {
    return undefined;
  }
  return isStatus(value) ? value : undefined;
}

/** It is shown in terminals, which obey what is between letters. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '\uFFFD');
}

/** In all that readers take for granted: they must not fail by it. */
function isStatus(value: unknown): value is AgentStatus {
  if (!isRecord(value)) return false;
  const { at, rules, heals, problems, faults } = value;
  return (
    isText(at) &&
    areAll(rules, isRecord) &&
    areAll(heals, isHeal) &&
    areAll(problems, isText) &&
    areAll(faults, isText)
  );
}

function areAll(list: unknown, isOne: (each: unknown) => boolean): boolean {
  return Array.isArray(list) && list.every(isOne);
}

function isHeal(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { startedAt, took_ms } = value;
  const isTime = typeof startedAt === 'number' && !Number.isNaN(new Date(startedAt).getTime());
  return isTime && (took_ms === undefined || typeof took_ms === 'number');
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
