import { type Name, ROOT } from '../dns/name.ts';

/** Letters, digits, `-` and `_` in every label: means the same in the syntax of every server. */
export function isPlainName(name: Name): boolean {
  return name === ROOT || /^(?:[a-z0-9_-]+\.)+$/.test(name);
}

/**
 * A name in which every byte but a letter, a digit, `-` and `_` is written as `\DDD` (RFC 1035 §5.1): it can neither end a string nor
 * begin anything, and every parser of domain names reads it alike.
 */
export function escapedName(name: Name): string {
  return name.replace(/\\([0-9]{3})|\\([^0-9])|[^a-z0-9_.-]/gs, (text, decimal?: string, escaped?: string) =>
    decimal === undefined ? byteEscape((escaped ?? text).charCodeAt(0)) : text,
  );
}

function byteEscape(byte: number): string {
  return `\\${String(byte).padStart(3, '0')}`;
}
