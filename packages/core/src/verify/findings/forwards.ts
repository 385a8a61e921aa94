import { parseEndpoint } from '../../address/index.ts';
import type { ForwarderTier, UpstreamReference } from '../../topology/topology.ts';
import type { FindingContext } from './context.ts';
import type { Draft } from './finding.ts';
import { listed } from './words.ts';

/** `forwarder-bypassed-upstream`: an authority, or another tier, that forwards to some members of a tier only: the others do not help it. */
export function findBypassedMembers({ topology, tiers }: FindingContext): Draft[] {
  const ofAuthorities = topology.authorities.flatMap(({ name, path, forwards, forwardsTo }): Draft[] => {
    const tier = forwards === undefined ? undefined : tiers.get(forwards)!;
    if (!tier || forwardsTo.length === tier.members.length) return [];
    return [bypass(`authorities/${name}`, tier, forwardsTo, [...path, 'forwards'])];
  });
  const owners = new Map(
    topology.forwarders.flatMap((tier) =>
      tier.members.map(({ name, address }) => [address, { tier, member: name }] as const),
    ),
  );
  const ofTiers = topology.forwarders.flatMap((tier) =>
    tier.rules.flatMap(({ path, upstreams }): Draft[] => {
      const members = (upstreams ?? []).flatMap((each) => {
        const owner = owners.get(addressOf(each));
        return owner && owner.tier !== tier ? [owner] : [];
      });
      const asked = Map.groupBy(members, (each) => each.tier);
      return [...asked].flatMap(([other, of]) =>
        of.length === other.members.length
          ? []
          : [
              bypass(
                `forwarders/${tier.name}`,
                other,
                of.map(({ member }) => member),
                [...path, 'upstreams'],
              ),
            ],
      );
    }),
  );
  return [...ofAuthorities, ...ofTiers];
}

function addressOf(reference: UpstreamReference): string {
  return reference.kind === 'endpoint' ? parseEndpoint(reference.endpoint)!.address : '';
}

function bypass(
  subject: string,
  tier: ForwarderTier,
  asked: readonly string[],
  path: readonly (string | number)[],
): Draft {
  const never = tier.members.filter(({ name }) => !asked.includes(name)).map(({ name }) => name);
  return {
    code: 'forwarder-bypassed-upstream',
    subject,
    text: `it forwards to ${listed(asked)} of the tier ${tier.name}, and never asks ${listed(never)}: with ${asked.length === 1 ? 'that one' : 'those'} down, nothing is forwarded`,
    paths: [path],
    remedy: `forward to forwarders/${tier.name}: to all of its members`,
    ...(asked.length === 1 ? { without: `member:${tier.name}/${asked[0]}` } : {}),
  };
}
