import { type Path, showValue } from '../schema/path.ts';
import type { BuildContext } from './names.ts';
import { readResolver } from './references.ts';
import type { Authority } from './topology.ts';

type Forwards = Pick<Authority, 'forwards' | 'forwardsTo'>;

const NOWHERE: Forwards = Object.freeze({ forwards: undefined, forwardsTo: Object.freeze([]) });

/** Whom an authority forwards to: a tier, or single members of one. What names neither is reported. */
export function readForwards(
  context: BuildContext,
  source: string | readonly string[] | undefined,
  path: Path,
): Forwards {
  if (source === undefined) return NOWHERE;
  const texts = typeof source === 'string' ? [source] : source;
  const places = texts.map((text, index) => {
    const at = typeof source === 'string' ? path : [...path, index];
    return { text, at, ...readTier(context, text, at) };
  });
  const tier = places.find((each) => each.tier !== undefined)?.tier;
  if (tier === undefined) return NOWHERE;
  for (const { text, at, tier: other } of places) {
    if (other === undefined || other === tier) continue;
    const message = `${showValue(text)} is of another tier than ${showValue(texts[0])}`;
    const remedy = 'name members of one tier: a tier can ask another one';
    context.report({ code: 'two-tiers', path: at, value: text, message, remedy });
  }
  const members = places.flatMap((each) => each.members);
  return Object.freeze({ forwards: tier, forwardsTo: Object.freeze([...new Set(members)]) });
}

function readTier(
  context: BuildContext,
  text: string,
  path: Path,
): { tier: string | undefined; members: readonly string[] } {
  const [, tierText, member] = /^(forwarders\/[^/]*)\/(.*)$/s.exec(text) ?? [];
  const reference = readResolver(context, tierText ?? text, path);
  if (reference === undefined) return { tier: undefined, members: [] };
  if (reference.kind !== 'tier') {
    const message = `${showValue(text)} is not a forwarder tier`;
    const remedy = 'write forwarders/NAME, or forwarders/NAME/MEMBER';
    context.report({ code: 'bad-reference', path, value: text, message, remedy });
    return { tier: undefined, members: [] };
  }
  const tier = context.source.forwarders[reference.name];
  const all = (tier?.members ?? []).flatMap((each) => each?.name ?? []);
  if (member === undefined) return { tier: reference.name, members: all };
  if (tier && all.length === tier.members.length && !all.includes(member)) {
    const message = `${showValue(tierText!)} has no member ${showValue(member)}`;
    const remedy = `it has ${all.join(', ')}`;
    context.report({ code: 'unknown-member', path, value: text, message, remedy });
  }
  return { tier: reference.name, members: [member] };
}
