import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../write-durably.ts';

/** How an address came to answer again, step by step. */
export type Heal = {
  member: string;
  /** Why it did not answer here: `i-… has ended`, `the engine is silent` … */
  cause: string;
  /** Milliseconds since 1970. */
  startedAt: number;
  /** Milliseconds since then. */
  events: { at_ms: number; what: string }[];
  /** Until answers flowed; undefined where it is not over, or came to nothing. */
  took_ms: number | undefined;
  outcome: 'under way' | 'healed' | 'came to nothing';
};

/** The heals of this host, the last one last; one may be under way. */
export type Heals = {
  list: () => readonly Heal[];
  /** Where one is under way for this member already, that goes on. */
  begin: (member: string, cause: string) => void;
  /** Nothing where none is under way. */
  note: (what: string) => void;
  end: (outcome: 'healed' | 'came to nothing') => void;
};

const KEPT = 20;
const MOST_EVENTS = 100;

/** `directory`: the agent's state directory. `now`: milliseconds since 1970. What cannot be read or kept there is told, and done without. */
export async function openHeals(
  directory: string,
  now: () => number,
  complain: (text: string) => void,
): Promise<Heals> {
  const path = join(directory, 'heals.json');
  let past = await readHeals(path);
  let current: Heal | undefined;
  let written = Promise.resolve();
  const note = (what: string) => {
    if (current && current.events.length < MOST_EVENTS)
      current.events.push({ at_ms: now() - current.startedAt, what });
  };
  return {
    list: () => (current ? [...past, current] : past),
    begin: (member, cause) => {
      if (current?.member === member) return;
      current = { member, cause, startedAt: now(), events: [], took_ms: undefined, outcome: 'under way' };
    },
    note,
    end: (outcome) => {
      if (!current) return;
      note(outcome === 'healed' ? 'answers flow' : outcome);
      const took = outcome === 'healed' ? now() - current.startedAt : undefined;
      past = [...past, { ...current, took_ms: took, outcome }].slice(-KEPT);
      current = undefined;
      const text = JSON.stringify(past);
      written = written
        .then(() => writeDurably(path, text))
        .catch((error: Error) => complain(`the heals are not kept: ${error.message}`));
    },
  };
}

async function readHeals(path: string): Promise<Heal[]> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return Array.isArray(value) ? (value.slice(-KEPT) as Heal[]) : [];
  } catch {
    return [];
  }
}
