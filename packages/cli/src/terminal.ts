import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];
type Output = NodeJS.WriteStream;

/** Text in a style, where the stream is a terminal that shows colours (NO_COLOR and FORCE_COLOR are respected). */
export function style(format: Format, text: string, stream: Output = process.stdout): string {
  return styleText(format, text, { stream });
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** One JSON value on a line of its own. */
export function sayJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** A message about what is wrong, on stderr. */
export function complain(text: string): void {
  process.stderr.write(`${style('red', 'pointsman:', process.stderr)} ${text}\n`);
}

/** Columns of texts, each as wide as its widest cell; two spaces between. Widths are of the bare texts, styles come after. */
export function columns(
  rows: readonly (readonly string[])[],
  styles: readonly (Format | undefined)[] = [],
): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const padded = column === row.length - 1 ? cell : cell.padEnd(widths[column]!);
        const format = styles[column];
        return format === undefined ? padded : style(format, padded);
      })
      .join('  ')
      .trimEnd(),
  );
}

/** At most so many lines; the last one says how many are left out. */
export function firstOf(lines: readonly string[], most: number): string[] {
  if (lines.length <= most) return [...lines];
  return [...lines.slice(0, most), `… and ${lines.length - most} more (--json has all)`];
}

/** `1 zone`, `2 zones`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}
