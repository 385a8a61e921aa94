import type { WorldStatus } from './status.ts';

/** Something that went down or came back. */
export type Change = {
  kind: 'member' | 'upstream';
  tier: string;
  /** `main/a`, or an upstream's `IP:PORT`. */
  name: string;
  state: 'up' | 'down';
  reason: string;
};

/** What is different between two looks. An upstream that nobody has asked yet is no news. */
export function changesBetween(before: WorldStatus | undefined, after: WorldStatus): Change[] {
  const stateBefore = new Map(before ? partsOf(before).map((part) => [keyOf(part), part.state]) : []);
  return partsOf(after).flatMap((part) => {
    const earlier = stateBefore.get(keyOf(part)) ?? 'unknown';
    if (part.state === 'unknown' || part.state === earlier) return [];
    return earlier === 'unknown' && part.state === 'up' ? [] : [{ ...part, state: part.state }];
  });
}

function partsOf({ tiers }: WorldStatus) {
  return tiers.flatMap(({ name: tier, members, upstreams }) => [
    ...members.map((member) => ({
      kind: 'member' as const,
      tier,
      ...member,
      name: `${tier}/${member.name}`,
    })),
    ...upstreams.map(({ endpoint, state, reason }) => ({
      kind: 'upstream' as const,
      tier,
      name: endpoint,
      state,
      reason,
    })),
  ]);
}

function keyOf({ kind, tier, name }: { kind: string; tier: string; name: string }): string {
  return `${kind} ${tier} ${name}`;
}
