import { type Path, showValue } from '../schema/path.ts';
import type { AddressBook } from './address-book.ts';
import { type BuildContext, checkName } from './names.ts';
import type { SalvagedTier } from './salvage.ts';
import { buildMembers } from './tier-members.ts';
import { buildRules, readOtherwise, type TierScope } from './tier-rules.ts';
import type { ForwarderTier, TierOtherwise, TierView } from './topology.ts';

/** Builds the forwarder tiers; checks members, rules, views. */
export function buildForwarders(context: BuildContext, book: AddressBook): readonly ForwarderTier[] {
  return Object.freeze(
    Object.entries(context.source.forwarders).map(([name, source]) => {
      const path: Path = Object.freeze(['forwarders', name]);
      const scope = readScope(context, name, source, path);
      const otherwise = readOtherwise(context, scope, source.otherwise, [...path, 'otherwise']);
      return Object.freeze({
        name,
        path,
        network: source.network,
        engine: source.engine,
        members: buildMembers(context, source, path, book),
        spares: source.spares,
        capacity: source.capacity,
        deadline: source.deadline,
        cache: Object.freeze(source.cache),
        rules: buildRules(context, scope, source.rules, [...path, 'rules']),
        otherwise,
        views: buildViews(context, scope, source, otherwise, path),
      });
    }),
  );
}

/** Checks that the tier stands in a VPC, and that the VPC's resolver is on where a private zone makes a rule for it. */
function readScope(context: BuildContext, tier: string, source: SalvagedTier, path: Path): TierScope {
  const at = [...path, 'network'];
  const { network: name } = source;
  const network = checkName(context, 'network', name, at) ? context.source.networks[name] : undefined;
  if (network?.kind === 'site') {
    const message = `${showValue(name)} is a site, and a forwarder tier stands in a VPC`;
    context.report({ code: 'tier-on-site', path: at, value: name, message, remedy: 'name a VPC' });
  }
  if (network?.kind !== 'vpc' || network.dnsSupport) return { tier, silentVpc: undefined };
  const zone = Object.entries(context.source.zones).find(
    ([, each]) => each.kind === 'private' && each.networks.includes(name),
  );
  if (zone) {
    context.report({
      code: 'no-vpc-resolver',
      path: at,
      value: name,
      message: `${showValue(name)} has no VPC resolver to ask for the private zone ${showValue(zone[0])}`,
      remedy: 'set dnsSupport: true there',
    });
  }
  return { tier, silentVpc: name };
}

function buildViews(
  context: BuildContext,
  scope: TierScope,
  source: SalvagedTier,
  otherwise: TierOtherwise,
  path: Path,
): readonly TierView[] {
  const holders = new Map<string, string>();
  const views = Object.entries(source.views).map(([name, view]) => {
    const at: Path = Object.freeze([...path, 'views', name]);
    for (const [index, network] of view.networks.entries()) {
      checkName(context, 'network', network, [...at, 'networks', index]);
      const cidrs = context.source.networks[network]?.cidrs ?? [];
      const held = cidrs.find((cidr) => (holders.get(cidr) ?? name) !== name);
      for (const cidr of cidrs) holders.set(cidr, holders.get(cidr) ?? name);
      const isTwice = view.networks.indexOf(network) !== index;
      if (held === undefined && !isTwice) continue;
      context.report({
        code: 'duplicate-view',
        path: [...at, 'networks', index],
        value: network,
        message: isTwice
          ? `${showValue(network)} is listed twice`
          : `${held} has the view ${showValue(holders.get(held!))} already`,
        remedy: isTwice ? 'list it once' : 'give a client network one view',
      });
    }
    return Object.freeze({
      name,
      path: at,
      networks: Object.freeze(view.networks),
      rules: buildRules(context, scope, view.rules, [...at, 'rules']),
      otherwise:
        view.otherwise === undefined
          ? otherwise
          : readOtherwise(context, scope, view.otherwise, [...at, 'otherwise']),
    });
  });
  return Object.freeze(views);
}
