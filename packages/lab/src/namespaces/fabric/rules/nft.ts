/** Text for `nft -f`. */

/** A table with these chains and nothing else, in the place of one of that name: the old one serves until the new one is whole. */
export function table(
  family: 'bridge' | 'inet',
  name: string,
  chains: Readonly<Record<string, string[]>>,
): string {
  const bodies = Object.entries(chains).map(
    ([chain, rules]) => `  chain ${chain} {\n${rules.map((rule) => `    ${rule}\n`).join('')}  }\n`,
  );
  return `table ${family} ${name}\ndelete table ${family} ${name}\ntable ${family} ${name} {\n${bodies.join('')}}\n`;
}

/** One look-up that jumps to the chain of whatever `key` is; no rule where there is nothing to look up. */
export function vmap(key: string, entries: readonly (readonly [value: string, chain: string])[]): string[] {
  if (entries.length === 0) return [];
  return [`${key} vmap { ${entries.map(([value, chain]) => `${value} : jump ${chain}`).join(', ')} }`];
}

/** Drops a part of what `match` covers, 0 to 1, at random. */
export function lossRule(match: string, loss: number): string[] {
  if (loss <= 0) return [];
  const part = Math.round(loss * LOSS_STEPS);
  return [part >= LOSS_STEPS ? `${match} drop` : `${match} numgen random mod ${LOSS_STEPS} < ${part} drop`];
}

const LOSS_STEPS = 10_000;
