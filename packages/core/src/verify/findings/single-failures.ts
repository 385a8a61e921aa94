import type { Zone } from '../../topology/topology.ts';
import { type Failure, formatFailure } from '../failure.ts';
import type { Walk } from '../walk.ts';
import type { FindingCode, Severity } from './codes.ts';
import type { FindingContext } from './context.ts';
import { type Gathering, pathOf } from './gathering.ts';
import type { Suffered } from './reachability.ts';
import { type Fault, type Group, lostIn, type Target, type Wanted } from './rows.ts';

/**
 * What each single failure takes from whom: of the names that resolve now, those that do not then. Failures that change whom a network can
 * ask, and failures behind those, are looked at apart: there are few of the first, and networks share the second.
 */
export function* singleFailures(
  walked: Walk,
  groups: readonly Group[],
  wanted: readonly Wanted[],
): Generator<Required<Suffered>> {
  const isOne = singleThings(walked);
  const silence = walked.verdicts.intern({ disposition: 'NO_ROUTE' });
  for (const { row, networks } of groups) {
    const behind = failuresBehind(walked, row, wanted);
    const served = wanted.filter(({ index, own }) => row.verdicts[index] === own);
    const all = served.map(({ zone }) => ({ target: zone, verdict: silence }));
    const lost = new Map<string, Fault<Zone>[]>();
    const isNear = new Set<number>();
    for (const network of networks) {
      const list = walked.model.resolversOf(network);
      for (const { failure, live } of walked.liveness.changes(list)) {
        if (!isOne[failure]) continue;
        isNear.add(failure);
        const key = `${failure} ${live.map(({ player, doubt = '' }) => `${player.id} ${doubt}`).join('|')}`;
        let faults = lost.get(key);
        if (!faults) {
          faults = live.length === 0 ? all : lostIn(walked, served, walked.rowFor(list, live), failure);
          lost.set(key, faults);
        }
        if (faults.length > 0) yield { failure: walked.failures[failure]!, networks: [network], faults };
      }
    }
    for (const [failure, faults] of behind) {
      if (isOne[failure] && !isNear.has(failure))
        yield { failure: walked.failures[failure]!, networks, faults };
    }
  }
}

/** By failure: false for a VPC resolver, which is no single server: every host of the VPC has it at hand. */
function singleThings({ model, failures }: Walk): boolean[] {
  const resolvers = new Set(model.plan.resolvers.map(({ address }) => address));
  return failures.map(({ kind, name }) => kind !== 'upstream' || !resolvers.has(name));
}

/** What failures do behind the servers that a row's networks ask. */
function failuresBehind(
  walked: Walk,
  { verdicts, changes }: Group['row'],
  wanted: readonly Wanted[],
): Map<number, Fault<Zone>[]> {
  const found = new Map<number, Fault<Zone>[]>();
  for (const each of wanted) {
    if (verdicts[each.index] !== each.own) continue;
    for (const { failure, verdict } of walked.changeLists.of(changes[each.index]!)) {
      if (verdict === each.own || walked.verdicts.isUndecided(verdict)) continue;
      const faults = found.get(failure);
      if (faults) faults.push({ target: each.zone, verdict });
      else found.set(failure, [{ target: each.zone, verdict }]);
    }
  }
  return found;
}

/** `single-availability-zone`, `single-member`, `single-upstream`, `single-link`. */
export function gatherSingle(
  context: FindingContext,
  gathering: Gathering,
  { failure, networks, faults }: Required<Suffered>,
): void {
  const zones = zonesOf(faults);
  for (const network of networks) {
    const single = describe(context, failure, network);
    if (!single) continue;
    const { code, subject, why, remedy, severity } = single;
    gathering.add(
      {
        code,
        subject,
        why,
        remedy,
        without: formatFailure(failure),
        paths: [pathOf(context, subject)],
        ...(severity ? { severity } : {}),
      },
      [network],
      zones,
    );
  }
}

const lists = new WeakMap<readonly Fault[], readonly Target[]>();

/** Networks that share their faults share the list of zones, too. */
function zonesOf(faults: readonly Fault[]): readonly Target[] {
  const zones = lists.get(faults) ?? faults.map(({ target }) => target);
  lists.set(faults, zones);
  return zones;
}

type Single = { code: FindingCode; subject: string; why: string; remedy: string; severity?: Severity };

function describe(context: FindingContext, failure: Failure, network: string): Single | undefined {
  const { name } = failure;
  switch (failure.kind) {
    case 'az':
      return {
        code: 'single-availability-zone',
        subject: tierIn(context, name, network),
        why: `without ${name} nothing is left that answers`,
        remedy: 'spread the members over availability zones, and name all of them as resolvers',
      };
    case 'member':
      return {
        code: 'single-member',
        subject: `forwarders/${name}`,
        why: 'without it nothing is left that answers',
        remedy: 'add members, in availability zones of their own, and name all of them as resolvers',
      };
    case 'upstream': {
      const authority = context.topology.authorities.find(({ addresses }) => addresses.includes(name));
      if (!authority) return undefined;
      return {
        code: 'single-upstream',
        subject: `authorities/${authority.name}`,
        why: `without ${name} nothing is left that answers`,
        remedy: 'add a second server, on another host',
      };
    }
    case 'link':
      return singleLink(context, name);
  }
}

/**
 * A peering, and a transit gateway, have no part of their own that fails alone: what is left is that somebody removes it.
 * https://docs.aws.amazon.com/whitepapers/latest/aws-vpc-connectivity-options/vpc-peering.html
 */
function singleLink({ topology, linkNames }: FindingContext, name: string): Single {
  const { kind } = topology.links[linkNames.indexOf(name)]!;
  const isLine = kind === 'vpn' || kind === 'direct-connect';
  return {
    code: 'single-link',
    severity: isLine ? 'warning' : 'notice',
    subject: `links/${name}`,
    why: `without this ${kind} nothing leads to what answers`,
    remedy: isLine
      ? 'add a second link that shares nothing with it'
      : 'watch over it: AWS runs it redundantly, but it can be removed',
  };
}

/** The tier of a network that stands in one availability zone alone; otherwise the network. */
function tierIn({ topology, networks, tiers }: FindingContext, zone: string, name: string): string {
  const { resolvers } = networks.get(name)!;
  const asked = resolvers.flatMap((each) => (each.kind === 'tier' ? [each.name] : []));
  const behind = resolvers.flatMap((each) => {
    const authority =
      each.kind === 'authority' ? topology.authorities.find((one) => one.name === each.name) : undefined;
    return authority?.forwards ?? [];
  });
  const isThere = (tier: string) =>
    tiers.get(tier)!.members.every(({ availabilityZone }) => availabilityZone === zone);
  const found = [...asked, ...behind, ...[...tiers.keys()].sort()].find(isThere);
  return found === undefined ? `networks/${name}` : `forwarders/${found}`;
}
