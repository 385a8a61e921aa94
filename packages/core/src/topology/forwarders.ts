import { type Path, showValue } from '../schema/path.ts';
import type { AddressBook } from './address-book.ts';
import { type BuildContext, checkName } from './names.ts';
import type { SalvagedTier } from './salvage.ts';
import { buildMembers } from './tier-members.ts';
import { buildRules, readOtherwise } from './tier-rules.ts';
import type { ForwarderTier, TierView } from './topology.ts';

/** Builds the forwarder tiers; checks members, rules, views, and that each tier has the VPC resolver it needs. */
export function buildForwarders(context: BuildContext, book: AddressBook): readonly ForwarderTier[] {
  return Object.freeze(
    Object.entries(context.source.forwarders).map(([name, source]) => {
      const path: Path = Object.freeze(['forwarders', name]);
      if (checkName(context, 'network', source.network, [...path, 'network']))
        checkNetwork(context, source, path);
      return Object.freeze({
        name,
        path,
        network: source.network,
        engine: source.engine,
        members: buildMembers(context, source, path, book),
        rules: buildRules(context, name, source.rules, [...path, 'rules']),
        otherwise: readOtherwise(context, source.otherwise, [...path, 'otherwise']),
        views: buildViews(context, name, source, path),
      });
    }),
  );
}

/** A tier stands in a VPC; where anything in it needs that VPC's resolver, there must be one. */
function checkNetwork(context: BuildContext, source: SalvagedTier, path: Path): void {
  const network = context.source.networks[source.network];
  if (network?.kind === 'site') {
    const message = `${showValue(source.network)} is a site, and a forwarder tier stands in a VPC`;
    context.report({
      code: 'tier-on-site',
      path: [...path, 'network'],
      value: source.network,
      message,
      remedy: 'name a VPC',
    });
    return;
  }
  if (network === undefined || network.dnsSupport) return;
  const need = (at: Path, message: string, remedy: string) =>
    context.report({ code: 'no-vpc-resolver', path: at, value: source.network, message, remedy });
  const off = `${showValue(source.network)} has no VPC resolver (dnsSupport is false)`;
  if (source.otherwise === 'vpc-resolver') {
    need(
      [...path, 'otherwise'],
      `names no rule covers go to the VPC resolver, but ${off}`,
      'write otherwise: refuse, or a list of addresses',
    );
  }
  const zone = Object.entries(context.source.zones).find(
    ([, each]) => each.kind === 'private' && each.networks.includes(source.network),
  );
  if (zone) {
    need(
      [...path, 'network'],
      `the private zone ${showValue(zone[0])} is answered by the VPC resolver, but ${off}`,
      'set dnsSupport: true there',
    );
  }
  for (const [index, rule] of source.rules.entries()) {
    if (![rule?.upstreams ?? []].flat().includes('vpc-resolver')) continue;
    need(
      [...path, 'rules', index, 'upstreams'],
      `this rule asks the VPC resolver, but ${off}`,
      'name other upstreams',
    );
  }
}

function buildViews(
  context: BuildContext,
  tier: string,
  source: SalvagedTier,
  path: Path,
): readonly TierView[] {
  const holders = new Map<string, string>();
  const views = Object.entries(source.views).map(([name, view]) => {
    const at: Path = Object.freeze([...path, 'views', name]);
    for (const [index, network] of view.networks.entries()) {
      checkName(context, 'network', network, [...at, 'networks', index]);
      const holder = holders.get(network);
      if (holder !== undefined) {
        const message = `${showValue(network)} has the view ${showValue(holder)} already`;
        context.report({
          code: 'duplicate-view',
          path: [...at, 'networks', index],
          value: network,
          message,
          remedy: 'give a network one view',
        });
      }
      holders.set(network, holder ?? name);
    }
    return Object.freeze({
      name,
      path: at,
      networks: Object.freeze(view.networks),
      rules: buildRules(context, tier, view.rules, [...at, 'rules']),
      otherwise: readOtherwise(context, view.otherwise ?? source.otherwise, [...at, 'otherwise']),
    });
  });
  return Object.freeze(views);
}
