import { type Pattern, PatternError, parsePattern } from './parse-pattern.ts';

/** The most states that a pattern may have: each character of a text costs at most as many steps. */
const MOST_STATES = 1000;

/** An automaton's state: what it takes a character for, or where it may go without one. */
type State =
  | { accepts: (character: string) => boolean; next: number }
  | { anchor: 'start' | 'end'; next: number }
  | { ways: readonly number[] };

/**
 * A regular expression of a caller's, which is found somewhere in a text or not, in time that grows with text and pattern and never more: all ways are
 * followed at once (Thompson's construction), so that none has to be tried again.
 * @throws PatternError for what is not known here, or too large
 */
export function compilePattern(text: string): (value: string) => boolean {
  const states: State[] = [{ ways: [] }];
  const start = build(parsePattern(text), 0, states);
  return (value) => isFound(states, start, [...value]);
}

/** The first of the states that go through a pattern and then to `next`. State 0 is the end. */
function build(pattern: Pattern, next: number, states: State[]): number {
  switch (pattern.kind) {
    case 'character':
      return add({ accepts: pattern.accepts, next }, states);
    case 'start':
    case 'end':
      return add({ anchor: pattern.kind, next }, states);
    case 'sequence':
      return pattern.parts.reduceRight((after, part) => build(part, after, states), next);
    case 'choice':
      return add({ ways: pattern.parts.map((part) => build(part, next, states)) }, states);
    case 'repeat':
      return buildRepeat(pattern, next, states);
  }
}

function buildRepeat(
  { part, least, most }: Extract<Pattern, { kind: 'repeat' }>,
  next: number,
  states: State[],
): number {
  let first = next;
  if (most === Number.POSITIVE_INFINITY) {
    first = add({ ways: [] }, states);
    states[first] = { ways: [build(part, first, states), next] };
  } else {
    for (let count = least; count < most; count++)
      first = add({ ways: [build(part, first, states), next] }, states);
  }
  for (let count = 0; count < least; count++) first = build(part, first, states);
  return first;
}

function add(state: State, states: State[]): number {
  if (states.length >= MOST_STATES) throw new PatternError(`it has more than ${MOST_STATES} states`);
  return states.push(state) - 1;
}

function isFound(states: readonly State[], start: number, text: readonly string[]): boolean {
  let current = new Set<number>();
  for (let at = 0; at <= text.length; at++) {
    const reached = new Set<number>();
    for (const state of [...current, start])
      reach(states, state, { atStart: at === 0, atEnd: at === text.length }, reached);
    if (reached.has(0)) return true;
    current = new Set();
    for (const id of reached) {
      const state = states[id]!;
      if (at < text.length && 'accepts' in state && state.accepts(text[at]!)) current.add(state.next);
    }
  }
  return false;
}

/** Adds a state, and all that can be reached from it without a character. */
function reach(
  states: readonly State[],
  from: number,
  { atStart, atEnd }: { atStart: boolean; atEnd: boolean },
  reached: Set<number>,
): void {
  const open = [from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    const state = states[id]!;
    if ('ways' in state) open.push(...state.ways);
    else if ('anchor' in state && (state.anchor === 'start' ? atStart : atEnd)) open.push(state.next);
  }
}
