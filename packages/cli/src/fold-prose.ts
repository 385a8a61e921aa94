/** Help as a terminal of so many columns shows it without breaking words: paragraphs are filled anew where a line is too long, and what is indented (commands, options) stays. */
export function foldProse(text: string, width: number): string {
  const blocks: string[][] = [];
  for (const line of text.split('\n')) {
    const last = blocks.at(-1);
    if (last && isProse(line) && isProse(last[0]!)) last.push(line);
    else blocks.push([line]);
  }
  return blocks.flatMap((lines) => (isTooLong(lines, width) ? fill(lines, width) : lines)).join('\n');
}

function isProse(line: string): boolean {
  return /^\S/.test(line);
}

function isTooLong(lines: readonly string[], width: number): boolean {
  return isProse(lines[0]!) && lines.some((line) => line.length > width);
}

function fill(lines: readonly string[], width: number): string[] {
  const filled: string[] = [];
  for (const word of lines.flatMap((line) => line.split(' '))) {
    const longer = `${filled.at(-1)} ${word}`;
    if (filled.length > 0 && longer.length <= width) filled[filled.length - 1] = longer;
    else filled.push(word);
  }
  return filled;
}
