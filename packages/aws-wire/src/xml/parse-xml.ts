/** An element without its attributes, which AWS's protocols give no meaning in requests. `text` is all of its character data, joined. */
export type XmlElement = { name: string; children: XmlElement[]; text: string };

/** What is wrong, and at which character of the document it was seen. */
export type XmlMistake = { mistake: string; offset: number };

/** How deep elements may stand in each other: requests of AWS's protocols need about ten. */
const MAX_DEPTH = 32;

const SPACE = /[ \t\r\n]*/y;
const NAME = /[A-Za-z_:][A-Za-z0-9_:.-]*/y;
const TEXT = /[^<]*/y;
const EQUALS = /[ \t\r\n]*=[ \t\r\n]*/y;
const QUOTED = /"[^<"]*"|'[^<']*'/y;
const DECLARATION = /<\?xml[ \t\r\n][^?]*\?>/y;
/** Characters that XML 1.0 has no place for, and halves of surrogate pairs. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * Reads an XML 1.0 document as AWS's clients write them. Strict, in one pass, without recursion. Document type declarations are refused, and with
 * them all entities but the five of XML; prefixes of names are left out. Names are ASCII.
 */
export function parseXml(text: string): XmlElement | XmlMistake {
  const cursor = { text, at: 0 };
  const forbidden = FORBIDDEN.exec(text);
  if (forbidden) return { mistake: 'a character that XML does not allow', offset: forbidden.index };
  try {
    return readDocument(cursor);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { mistake: error.message, offset: cursor.at };
  }
}

export function isMistake(result: XmlElement | XmlMistake): result is XmlMistake {
  return 'mistake' in result;
}

type Cursor = { text: string; at: number };
class Unreadable extends Error {}

function readDocument(cursor: Cursor): XmlElement {
  take(cursor, DECLARATION);
  skipMisc(cursor);
  /** The elements that are open, the root first. `document` holds the root as its only child. */
  const document: XmlElement = { name: '', children: [], text: '' };
  const open = [document];
  readStartTag(cursor, open);
  while (open.length > 1) readContent(cursor, open);
  skipMisc(cursor);
  if (cursor.at < cursor.text.length) throw new Unreadable('something stands after the root element');
  return document.children[0]!;
}

/** One piece of what stands inside an element: text, a tag, a comment, … */
function readContent(cursor: Cursor, open: XmlElement[]): void {
  const { text } = cursor;
  const element = open.at(-1)!;
  if (cursor.at >= text.length) throw new Unreadable(`<${element.name}> is not closed`);
  if (text[cursor.at] !== '<') {
    const raw = take(cursor, TEXT)!;
    if (raw.includes(']]>')) throw new Unreadable(']]> stands in text');
    element.text += decodeText(raw);
  } else if (text.startsWith('</', cursor.at)) {
    readEndTag(cursor, open);
  } else if (text.startsWith('<![CDATA[', cursor.at)) {
    element.text += takeUntil(cursor, '<![CDATA[', ']]>');
  } else if (!skipComment(cursor)) {
    readStartTag(cursor, open);
  }
}

function readStartTag(cursor: Cursor, open: XmlElement[]): void {
  if (cursor.text[cursor.at] !== '<') throw new Unreadable('an element was expected');
  if (cursor.text.startsWith('<!', cursor.at)) throw new Unreadable('declarations are not allowed');
  cursor.at++;
  const qualified = take(cursor, NAME);
  if (!qualified) throw new Unreadable('a tag without a name');
  readAttributes(cursor);
  const element: XmlElement = { name: localName(qualified), children: [], text: '' };
  open.at(-1)!.children.push(element);
  if (cursor.text.startsWith('/>', cursor.at)) {
    cursor.at += 2;
  } else if (cursor.text[cursor.at] === '>') {
    cursor.at++;
    if (open.length > MAX_DEPTH) throw new Unreadable(`elements stand more than ${MAX_DEPTH} deep`);
    open.push(element);
  } else {
    throw new Unreadable(`<${qualified}> has no end`);
  }
}

function readAttributes(cursor: Cursor): void {
  const seen = new Set<string>();
  for (;;) {
    const space = take(cursor, SPACE);
    const name = take(cursor, NAME);
    if (!name) return;
    if (space === '') throw new Unreadable('attributes need spaces between them');
    if (seen.has(name)) throw new Unreadable(`the attribute ${name} is there twice`);
    seen.add(name);
    const value = take(cursor, EQUALS) === undefined ? undefined : take(cursor, QUOTED);
    if (value === undefined) throw new Unreadable(`the attribute ${name} has no quoted value`);
    decodeText(value);
  }
}

function readEndTag(cursor: Cursor, open: XmlElement[]): void {
  const { name } = open.at(-1)!;
  cursor.at += 2;
  const qualified = take(cursor, NAME);
  take(cursor, SPACE);
  if (!qualified || localName(qualified) !== name || cursor.text[cursor.at] !== '>') {
    throw new Unreadable(`</${name}> was expected`);
  }
  cursor.at++;
  open.pop();
}

/** What may stand before and after the root element. */
function skipMisc(cursor: Cursor): void {
  do take(cursor, SPACE);
  while (skipComment(cursor));
}

/** Passes a comment or processing instruction. */
function skipComment(cursor: Cursor): boolean {
  if (cursor.text.startsWith('<!--', cursor.at)) {
    if (takeUntil(cursor, '<!--', '--') === undefined || cursor.text[cursor.at] !== '>') {
      throw new Unreadable('-- stands in a comment');
    }
    cursor.at++;
    return true;
  }
  if (!cursor.text.startsWith('<?', cursor.at)) return false;
  takeUntil(cursor, '<?', '?>');
  return true;
}

function takeUntil(cursor: Cursor, start: string, end: string): string {
  const from = cursor.at + start.length;
  const to = cursor.text.indexOf(end, from);
  if (to < 0) throw new Unreadable(`${start} has no end`);
  cursor.at = to + end.length;
  return cursor.text.slice(from, to);
}

/** What the sticky pattern matches at the cursor, which moves behind it. */
function take(cursor: Cursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.at;
  const match = pattern.exec(cursor.text);
  if (match === null) return undefined;
  cursor.at = pattern.lastIndex;
  return match[0];
}

/** Resolves references, and line ends as XML has them (XML 1.0 §2.11). */
function decodeText(raw: string): string {
  const lines = raw.replace(/\r\n?/g, '\n');
  return lines.replace(/&([^;&]{0,12};?)/g, (_whole, reference: string) => {
    const character = reference.endsWith(';') ? decodeReference(reference.slice(0, -1)) : undefined;
    if (character === undefined) throw new Unreadable('& begins no character reference');
    return character;
  });
}

function decodeReference(name: string): string | undefined {
  const number = /^#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}))$/.exec(name);
  if (number === null) return Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined;
  const code = number[1] === undefined ? Number(number[2]) : Number.parseInt(number[1], 16);
  const character = code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
  return character === undefined || FORBIDDEN.test(character) ? undefined : character;
}

function localName(qualified: string): string {
  return qualified.slice(qualified.lastIndexOf(':') + 1);
}
