import type { Origins } from './origins.ts';

/**
 * A text as what may stand in a comment of any server: printable ASCII on one line. Everything else is written as `\u{HEX}`, for
 * which no server's comments have a meaning; so is a backslash at the end, after which some would take the next line for a part of this one.
 */
export function commentText(text: string): string {
  return text.replace(/[^\x20-\x7e]|\\$/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}

/** The first lines of a configuration: whom it is for, where it goes, and what to know about it. */
export function header(
  mark: string,
  origins: Origins,
  advice: readonly string[],
  warnings: readonly string[],
): string[] {
  return [
    `${origins.subject}. Written by pointsman render; change the topology, not this file.`,
    ...advice,
    ...warnings.map((warning) => `WARNING: ${warning}`),
  ].map((line) => `${mark} ${commentText(line)}`);
}
