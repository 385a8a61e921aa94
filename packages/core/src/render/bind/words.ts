import { type Name, ROOT } from '../../dns/name.ts';
import { escapedName } from '../names.ts';
import { DNS_PORT, type Server } from '../scopes.ts';

/** Words of named.conf. Whatever comes from outside goes through one of these, so that it is one word of the kind that is meant. */

/** A domain name as a quoted string: letters, digits, `-`, `_`, `.` and `\DDD` alone. */
export function quotedName(name: Name): string {
  return name === ROOT ? '"."' : `"${escapedName(name).slice(0, -1)}"`;
}

/** A path or another plain text. @throws RangeError for characters that a quoted string of named.conf cannot hold */
export function quotedText(text: string): string {
  if (!/^[\x20-\x7e]*$/.test(text) || /["\\]/.test(text))
    throw new RangeError(
      `named.conf cannot hold ${JSON.stringify(text)}: printable ASCII without quotes or backslashes alone`,
    );
  return `"${text}"`;
}

/** `{ 192.168.1.53; 192.168.2.53 port 5353; }` */
export function serverList(servers: readonly Server[]): string {
  return block(servers.map(({ address, port }) => (port === DNS_PORT ? address : `${address} port ${port}`)));
}

/** `{ a; b; }` */
export function block(items: readonly string[]): string {
  return items.length === 0 ? '{ }' : `{ ${items.map((item) => `${item};`).join(' ')} }`;
}

/** A statement with a block of lines. */
export function indented(head: string, lines: readonly string[]): string[] {
  return [head, ...lines.map((line) => (line === '' ? '' : `\t${line}`)), '};'];
}

/** Letters, digits, `-` and `_`, so that rndc takes it as one word too; the second of a kind gets a number. */
export function uniqueWords(texts: readonly string[]): string[] {
  const taken = new Set<string>();
  return texts.map((text) => {
    const plain = text.replace(/[^A-Za-z0-9_-]/g, '-').slice(0, 60);
    // Views of BIND's own begin with an underscore.
    const base = /^[A-Za-z0-9]/.test(plain) ? plain : `view${plain}`;
    let word = base;
    for (let number = 2; taken.has(word.toLowerCase()); number++) word = `${base}-${number}`;
    taken.add(word.toLowerCase());
    return word;
  });
}
