import type { Token } from './presentation.ts';

/** The lexical level of a zone file (RFC 1035 §5.1): words, quotes, comments, and parentheses that join lines. */

/** One entry: its words, and whether its line began with a blank (the owner is then the last one stated). */
export type Entry = { tokens: Token[]; indented: boolean; line: number };
export type ZoneFileProblem = { line: number; column: number; message: string };

type Scanner = { text: string; position: number; line: number; lineStart: number };

const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const OPEN = 0x28;
const CLOSE = 0x29;
const SEMICOLON = 0x3b;
const BACKSLASH = 0x5c;

/** The entries of a zone file, empty lines left out; after a mistake it goes on with the next line. */
export function* entriesOf(text: string): Generator<Entry | { problem: ZoneFileProblem }> {
  const scanner: Scanner = { text, position: text.startsWith('\ufeff') ? 1 : 0, line: 1, lineStart: 0 };
  while (scanner.position < text.length) {
    const entry = readEntry(scanner);
    if ('problem' in entry) skipLine(scanner);
    if ('problem' in entry || entry.tokens.length > 0) yield entry;
  }
}

/** The words of one piece of RDATA: as in a zone file, but on one line and without comments. */
export function tokenizeLine(text: string): { tokens: Token[] } | { problem: ZoneFileProblem } {
  const scanner: Scanner = { text, position: 0, line: 1, lineStart: 0 };
  const entry = readEntry(scanner);
  if ('problem' in entry) return entry;
  const comment = entry.comment;
  if (comment !== undefined) {
    return {
      problem: {
        line: 1,
        column: comment,
        message: 'a semicolon starts a comment: put quotes around the text it is in',
      },
    };
  }
  if (scanner.position < text.length) {
    return { problem: { line: 2, column: 1, message: 'the value of a record is on one line' } };
  }
  return entry;
}

function readEntry(
  scanner: Scanner,
): (Entry & { comment: number | undefined }) | { problem: ZoneFileProblem } {
  const { text } = scanner;
  const tokens: Token[] = [];
  const first = text.charCodeAt(scanner.position);
  const { line } = scanner;
  let open: { line: number; column: number } | undefined;
  let comment: number | undefined;
  while (scanner.position < text.length) {
    const character = text.charCodeAt(scanner.position);
    if (character === NEWLINE) {
      endLine(scanner);
      if (open === undefined) break;
    } else if (character === SPACE || character === TAB || character === RETURN) {
      scanner.position++;
    } else if (character === SEMICOLON) {
      comment ??= columnOf(scanner);
      while (scanner.position < text.length && text.charCodeAt(scanner.position) !== NEWLINE)
        scanner.position++;
    } else if (character === OPEN) {
      if (open)
        return problem(scanner, 'a parenthesis inside parentheses: one pair joins all the lines it spans');
      open = { line: scanner.line, column: columnOf(scanner) };
      scanner.position++;
    } else if (character === CLOSE) {
      if (!open) return problem(scanner, 'a closing parenthesis without an opening one');
      open = undefined;
      scanner.position++;
    } else {
      const token = readToken(scanner);
      if ('problem' in token) return token;
      tokens.push(token);
    }
  }
  if (open) return { problem: { ...open, message: 'this parenthesis is never closed' } };
  return { tokens, indented: first === SPACE || first === TAB, line, comment };
}

/** A word, or a quoted string; a quoted part inside a word (`alpn="h2,h3"`) loses its quotes. */
function readToken(scanner: Scanner): Token | { problem: ZoneFileProblem } {
  const { text } = scanner;
  const start = scanner.position;
  const { line } = scanner;
  const column = columnOf(scanner);
  const quoted = text.charCodeAt(start) === QUOTE;
  let word = '';
  let from = start;
  let inside = false;
  for (; scanner.position < text.length; scanner.position++) {
    const character = text.charCodeAt(scanner.position);
    if (character === NEWLINE) break;
    if (character === BACKSLASH) {
      const next = text.charCodeAt(scanner.position + 1);
      if (Number.isNaN(next) || next === NEWLINE || next === RETURN) {
        return problem(scanner, 'a backslash at the end of a line escapes nothing');
      }
      scanner.position++;
    } else if (character === QUOTE) {
      word += text.slice(from, scanner.position);
      from = scanner.position + 1;
      inside = !inside;
      if (quoted && !inside) {
        scanner.position++;
        return { text: word, quoted, line, column };
      }
    } else if (!inside && isDelimiter(character)) break;
  }
  if (inside) return { problem: { line, column, message: 'this quoted string does not end on its line' } };
  return { text: word + text.slice(from, scanner.position), quoted, line, column };
}

function isDelimiter(character: number): boolean {
  return (
    character === SPACE ||
    character === TAB ||
    character === RETURN ||
    character === SEMICOLON ||
    character === OPEN ||
    character === CLOSE
  );
}

function problem(scanner: Scanner, message: string): { problem: ZoneFileProblem } {
  return { problem: { line: scanner.line, column: columnOf(scanner), message } };
}

function columnOf(scanner: Scanner): number {
  return scanner.position - scanner.lineStart + 1;
}

function endLine(scanner: Scanner): void {
  scanner.position++;
  scanner.line++;
  scanner.lineStart = scanner.position;
}

function skipLine(scanner: Scanner): void {
  const end = scanner.text.indexOf('\n', scanner.position);
  scanner.position = end === -1 ? scanner.text.length : end;
  if (end !== -1) endLine(scanner);
}
