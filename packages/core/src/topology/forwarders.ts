import { cidrContains, parseAddress, parseCidr } from '../address/index.ts';
import type { Name } from '../dns/name.ts';
import { nearest } from '../schema/nearest.ts';
import { type Path, showValue } from '../schema/path.ts';
import type { AddressBook } from './address-book.ts';
import { type BuildContext, checkName } from './names.ts';
import { readEndpoint, readReferences, readUpstream } from './references.ts';
import type { OtherwiseSource, RuleSource, TierSource } from './schema.ts';
import type {
  ForwarderTier,
  TierMember,
  TierOtherwise,
  TierRule,
  TierView,
  UpstreamReference,
} from './topology.ts';
import { readZoneNames } from './zones.ts';

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
function checkNetwork(context: BuildContext, source: TierSource, path: Path): void {
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
    if (![rule.upstreams ?? []].flat().includes('vpc-resolver')) continue;
    need(
      [...path, 'rules', index, 'upstreams'],
      `this rule asks the VPC resolver, but ${off}`,
      'name other upstreams',
    );
  }
}

function buildMembers(
  context: BuildContext,
  source: TierSource,
  path: Path,
  book: AddressBook,
): readonly TierMember[] {
  const names = new Map<string, number>();
  const members = source.members.map((member, index) => {
    const at = [...path, 'members', index];
    const earlier = names.get(member.name);
    if (earlier !== undefined) {
      const message = `${showValue(member.name)} is the name of members.${earlier} already`;
      context.report({
        code: 'duplicate-member',
        path: [...at, 'name'],
        value: member.name,
        message,
        remedy: 'give each member a name of its own',
      });
    }
    names.set(member.name, earlier ?? index);
    const network = context.source.networks[source.network];
    const subnet = network?.kind === 'vpc' ? network.subnets[member.subnet] : undefined;
    if (network?.kind === 'vpc') checkMember(context, source.network, network.subnets, member, at, book);
    return Object.freeze({ ...member, availabilityZone: subnet?.availabilityZone });
  });
  return Object.freeze(members);
}

function checkMember(
  context: BuildContext,
  network: string,
  subnets: Readonly<Record<string, { cidr: string }>>,
  member: TierSource['members'][number],
  path: Path,
  book: AddressBook,
): void {
  const subnet = Object.hasOwn(subnets, member.subnet) ? subnets[member.subnet] : undefined;
  if (!subnet) {
    const known = Object.keys(subnets);
    const near = nearest(member.subnet, known);
    context.report({
      code: 'unknown-subnet',
      path: [...path, 'subnet'],
      value: member.subnet,
      message: `${showValue(network)} has no subnet ${showValue(member.subnet)}`,
      remedy:
        near !== undefined
          ? `did you mean ${showValue(near)}?`
          : known.length > 0
            ? `it has ${known.slice(0, 12).join(', ')}`
            : `add it under networks.${network}.subnets`,
    });
    return;
  }
  if (!cidrContains(parseCidr(subnet.cidr)!, parseAddress(member.address)!)) {
    const message = `${showValue(member.address)} is outside the subnet ${showValue(member.subnet)}`;
    const remedy = `give an address in ${subnet.cidr}`;
    context.report({
      code: 'outside-subnet',
      path: [...path, 'address'],
      value: member.address,
      message,
      remedy,
    });
    return;
  }
  book.take(network, member.address, [...path, 'address']);
}

function buildViews(
  context: BuildContext,
  tier: string,
  source: TierSource,
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

function buildRules(
  context: BuildContext,
  tier: string,
  source: readonly RuleSource[],
  path: Path,
): readonly TierRule[] {
  const holders = new Map<Name, number>();
  const rules = source.flatMap((rule, index) => {
    const at: Path = Object.freeze([...path, index]);
    const upstreams =
      rule.upstreams === undefined
        ? undefined
        : readUpstreams(context, tier, rule.upstreams, [...at, 'upstreams']);
    return readZoneNames(context, rule.suffix, [...at, 'suffix'], 'value').map((suffix) => {
      const holder = holders.get(suffix);
      if (holder !== undefined) {
        const message = `${showValue(rule.suffix)} has a rule already (rules.${holder})`;
        context.report({
          code: 'duplicate-rule',
          path: [...at, 'suffix'],
          value: rule.suffix,
          message,
          remedy: 'list all its upstreams in one rule',
        });
      }
      holders.set(suffix, holder ?? index);
      return Object.freeze({ suffix, path: at, upstreams, policy: rule.policy });
    });
  });
  return Object.freeze(rules);
}

function readUpstreams(
  context: BuildContext,
  tier: string,
  source: string | readonly string[],
  path: Path,
): readonly UpstreamReference[] {
  const upstreams = readReferences(context, source, path, readUpstream);
  if (upstreams.some((each) => each.kind === 'tier' && each.name === tier)) {
    const message = 'a tier cannot be its own upstream';
    context.report({
      code: 'self-reference',
      path,
      value: source,
      message,
      remedy: 'name who is authoritative for the suffix',
    });
  }
  return upstreams;
}

function readOtherwise(context: BuildContext, source: OtherwiseSource, path: Path): TierOtherwise {
  if (typeof source === 'string') return Object.freeze({ kind: source });
  const endpoints = source.map((text, index) => {
    const endpoint = readEndpoint(text);
    if (endpoint !== undefined) return endpoint;
    const message = `${showValue(text)} is not an address`;
    context.report({
      code: 'bad-address',
      path: [...path, index],
      value: text,
      message,
      remedy: 'write IP or IP:PORT',
    });
    return text;
  });
  return Object.freeze({ kind: 'endpoints', endpoints: Object.freeze(endpoints) });
}
