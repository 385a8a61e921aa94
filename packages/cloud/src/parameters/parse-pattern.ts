/** A regular expression as a tree. `size` of a text is not bounded by it, the work for a text is: see `matchesPattern`. */
export type Pattern =
  | { kind: 'character'; accepts: (character: string) => boolean }
  | { kind: 'start' | 'end' }
  | { kind: 'sequence' | 'choice'; parts: readonly Pattern[] }
  | { kind: 'repeat'; part: Pattern; least: number; most: number };

/** Why a pattern is not taken. */
export class PatternError extends Error {}

type Cursor = { readonly text: readonly string[]; at: number; depth: number };

const DEEPEST_GROUP = 20;
/** The most that `{m,n}` may say: patterns are unrolled. */
const MOST_REPEATS = 1000;

/**
 * Reads what most patterns need: characters, `.`, classes, groups, `|`, anchors and quantifiers. Look-around, references and other extensions are refused.
 * @throws PatternError
 */
export function parsePattern(text: string): Pattern {
  const cursor: Cursor = { text: [...text], at: 0, depth: 0 };
  const pattern = readChoice(cursor);
  if (cursor.at < cursor.text.length) throw new PatternError(`')' at ${cursor.at} closes no group`);
  return pattern;
}

function readChoice(cursor: Cursor): Pattern {
  const parts = [readSequence(cursor)];
  while (take(cursor, '|')) parts.push(readSequence(cursor));
  return parts.length === 1 ? parts[0]! : { kind: 'choice', parts };
}

function readSequence(cursor: Cursor): Pattern {
  const parts: Pattern[] = [];
  for (;;) {
    const next = cursor.text[cursor.at];
    if (next === undefined || next === '|' || next === ')') return { kind: 'sequence', parts };
    parts.push(readRepeat(cursor));
  }
}

function readRepeat(cursor: Cursor): Pattern {
  const part = readAtom(cursor);
  const bounds = readBounds(cursor);
  if (!bounds) return part;
  take(cursor, '?');
  if (/^[*+?{]$/.test(cursor.text[cursor.at] ?? '')) {
    throw new PatternError(`a quantifier follows another one at ${cursor.at}`);
  }
  return { kind: 'repeat', part, ...bounds };
}

function readBounds(cursor: Cursor): { least: number; most: number } | undefined {
  if (take(cursor, '*')) return { least: 0, most: Number.POSITIVE_INFINITY };
  if (take(cursor, '+')) return { least: 1, most: Number.POSITIVE_INFINITY };
  if (take(cursor, '?')) return { least: 0, most: 1 };
  if (cursor.text[cursor.at] !== '{') return undefined;
  const [whole, low, comma, high] =
    /^\{([0-9]{1,6})(,)?([0-9]{1,6})?\}/.exec(cursor.text.slice(cursor.at, cursor.at + 16).join('')) ?? [];
  if (whole === undefined) throw new PatternError(`'{' at ${cursor.at} begins no quantifier`);
  const least = Number(low);
  const most = high !== undefined ? Number(high) : comma ? Number.POSITIVE_INFINITY : least;
  if (least > most || least > MOST_REPEATS || (most > MOST_REPEATS && most !== Number.POSITIVE_INFINITY)) {
    throw new PatternError(`${whole} is out of bounds: from 0 to ${MOST_REPEATS}, the lower one first`);
  }
  cursor.at += whole.length;
  return { least, most };
}

function readAtom(cursor: Cursor): Pattern {
  const character = cursor.text[cursor.at++]!;
  if (character === '(') return readGroup(cursor);
  if (character === '[') return readClass(cursor);
  if (character === '^') return { kind: 'start' };
  if (character === '$') return { kind: 'end' };
  if (character === '.') return { kind: 'character', accepts: (each) => !/[\n\r\u2028\u2029]/.test(each) };
  if (character === '\\') return { kind: 'character', accepts: readEscape(cursor) };
  if (/[*+?{}\]]/.test(character))
    throw new PatternError(`'${character}' at ${cursor.at - 1} has nothing before it`);
  return { kind: 'character', accepts: (each) => each === character };
}

function readGroup(cursor: Cursor): Pattern {
  if (take(cursor, '?') && !take(cursor, ':'))
    throw new PatternError(`'(?' at ${cursor.at - 2} is known as '(?:' only`);
  if (++cursor.depth > DEEPEST_GROUP) throw new PatternError(`groups stand more than ${DEEPEST_GROUP} deep`);
  const pattern = readChoice(cursor);
  if (!take(cursor, ')')) throw new PatternError('a group is not closed');
  cursor.depth--;
  return pattern;
}

const CLASSES: Readonly<Record<string, RegExp>> = { d: /[0-9]/, w: /[A-Za-z0-9_]/, s: /[ \t\n\v\f\r]/ };
const CONTROLS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

function readEscape(cursor: Cursor): (character: string) => boolean {
  const escaped = cursor.text[cursor.at++];
  if (escaped === undefined) throw new PatternError("a '\\' stands at the end");
  const members = CLASSES[escaped.toLowerCase()];
  if (members) return (each) => members.test(each) === (escaped === escaped.toLowerCase());
  const literal = CONTROLS[escaped] ?? escaped;
  if (literal === escaped && /[A-Za-z0-9]/.test(escaped))
    throw new PatternError(`'\\${escaped}' is not known`);
  return (each) => each === literal;
}

function readClass(cursor: Cursor): Pattern {
  const negated = take(cursor, '^');
  const members: ((character: string) => boolean)[] = [];
  while (!take(cursor, ']')) members.push(readMember(cursor));
  return { kind: 'character', accepts: (each) => members.some((accepts) => accepts(each)) !== negated };
}

function readMember(cursor: Cursor): (character: string) => boolean {
  const first = cursor.text[cursor.at++];
  if (first === undefined) throw new PatternError('a class is not closed');
  if (first === '[' || first === '&') throw new PatternError(`'${first}' in a class has to be escaped`);
  if (first === '\\') return readEscape(cursor);
  if (cursor.text[cursor.at] !== '-' || cursor.text[cursor.at + 1] === ']') return (each) => each === first;
  cursor.at++;
  const last = cursor.text[cursor.at++];
  if (last === undefined || last === '\\' || last < first)
    throw new PatternError(`${first}-${last} is no range`);
  return (each) => each.length === first.length && each >= first && each <= last;
}

function take(cursor: Cursor, character: string): boolean {
  if (cursor.text[cursor.at] !== character) return false;
  cursor.at++;
  return true;
}
