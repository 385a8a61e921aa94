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

/** As `columns`, but the last cell goes on below itself where a line would be wider than `width`; it breaks only behind a comma. */
export function columnsWithin(
  width: number,
  rows: readonly (readonly string[])[],
  styles: readonly (Format | undefined)[] = [],
): string[] {
  const heads = rows.map((row) => row.slice(0, -1));
  const last = (rows[0]?.length ?? 1) - 1;
  const left = heads[0]!.map((_, column) => Math.max(...heads.map((row) => row[column]!.length)));
  const room = width - left.reduce((sum, each) => sum + each + 2, 0);
  const parts = rows.map((row) => brokenAtCommas(row[last]!, room));
  return columns(
    rows.flatMap((row, index) =>
      parts[index]!.map((part, line) => [...row.slice(0, -1).map((cell) => (line === 0 ? cell : '')), part]),
    ),
    styles,
  );
}

function brokenAtCommas(text: string, room: number): string[] {
  const lines: string[] = [];
  for (const item of text.split(/(?<=, )/)) {
    const last = lines.at(-1);
    if (last !== undefined && (last + item.trimEnd()).length <= room) lines[lines.length - 1] = last + item;
    else lines.push(item);
  }
  return lines.map((line) => line.trimEnd());
}

/** A file's name as it can be pasted into a shell. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./~-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** So few are not left out: they cost hardly more room than a line that says so. */
export const FEW = 10;

/** About so many lines at most; the last one says how many are left out. */
export function firstOf(lines: readonly string[], most: number): string[] {
  if (lines.length < most + FEW) return [...lines];
  return [...lines.slice(0, most), `… and ${lines.length - most} more (--json has all)`];
}

/** `14:05:09`, before a line of news. */
export function timeOfDay(): string {
  return style('dim', new Date().toTimeString().slice(0, 8));
}

/** `1 zone`, `2 zones`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}
