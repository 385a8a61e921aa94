import { type Name, typeMnemonic, typeNumber } from '../dns/index.ts';
import { nameOf } from '../dns/presentation.ts';
import { entriesOf } from '../dns/zone-tokens.ts';
import type { Position } from './topology.ts';

/** Where each record set of a zone file without mistakes begins, by `NAME TYPE`. */
export function recordPositions(text: string, origin: Name): Map<string, Position> {
  const positions = new Map<string, Position>();
  let at = origin;
  let owner = origin;
  for (const entry of entriesOf(text)) {
    if ('problem' in entry) continue;
    const [first, ...rest] = entry.tokens;
    if (!entry.indented && first!.text.startsWith('$')) {
      if (first!.text.toUpperCase() === '$ORIGIN') at = nameOf(rest[0]!, at);
      continue;
    }
    if (!entry.indented) owner = nameOf(first!, at);
    const type = (entry.indented ? entry.tokens : rest).find(
      ({ text: word }) => !/^([0-9]|IN$|CLASS1$)/i.test(word),
    )!;
    const key = `${owner} ${typeMnemonic(typeNumber(type.text)!)}`;
    const { line, column } = first!;
    if (!positions.has(key)) positions.set(key, { line, column });
  }
  return positions;
}
