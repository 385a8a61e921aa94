import type { Otherwise } from '@pointsman/core/config';
import type { Plan } from '@pointsman/core/plan';
import type { Network, Topology } from '@pointsman/core/topology';
import { columns, count, firstOf, style } from '../terminal.ts';
import { foldRules } from './fold-rules.ts';

/** What follows from a topology, for people: what there is, whom clients ask, and by which rules forwarders forward. */
export function summary(topology: Topology, plan: Plan): string[] {
  return [
    ...columns(inventory(topology, plan), ['bold']).map(indent),
    '',
    'Whom clients ask',
    ...firstOf(columns(clientRows(topology, plan), ['cyan']), MOST_ROWS).map(indent),
    ...ruleLines(plan),
  ];
}

function inventory(topology: Topology, plan: Plan): string[][] {
  const { networks, zones, authorities, forwarders } = topology;
  const ofKind = (kind: string) => [...networks, ...zones].filter((each) => each.kind === kind).length;
  const parts = (kinds: readonly (readonly [kind: string, name: string, plural: string])[]) =>
    kinds
      .filter(([kind]) => ofKind(kind) > 0)
      .map(([kind, name, plural]) => count(ofKind(kind), name, plural))
      .join(', ');
  const networkParts = parts([
    ['vpc', 'VPC', 'VPCs'],
    ['site', 'site', 'sites'],
  ]);
  const zoneParts = parts(['private', 'external', 'public'].map((kind) => [kind, kind, kind] as const));
  const records = zones.reduce((sum, zone) => sum + zone.records.length, 0);
  const rows = [
    [count(networks.length, 'network'), networkParts],
    [count(zones.length, 'zone'), `${zoneParts}; ${count(records, 'record set')}`],
    ...forwarders.map(({ name, members }) => [
      `tier ${name}`,
      `${count(members.length, 'member')} in ${count(new Set(members.map((each) => each.availabilityZone)).size, 'availability zone')}`,
    ]),
    ...authorities.map(({ name, addresses }) => {
      const planned = plan.authorities.find((each) => each.name === name)!;
      const forwards =
        planned.forwards.length > 0 ? `, forwards ${count(planned.forwards.length, 'zone')}` : '';
      return [
        `authority ${name}`,
        `${count(addresses.length, 'server')}, ${count(planned.zones.length, 'zone')}${forwards}`,
      ];
    }),
  ];
  return rows;
}

function clientRows(topology: Topology, plan: Plan): string[][] {
  return topology.networks.map((network, index) => [
    network.name,
    network.cidrs.join(', '),
    `→ ${askedBy(network)}`,
    style('dim', plan.clients[index]!.resolvers.join(', ')),
  ]);
}

function askedBy(network: Network): string {
  if (network.resolvers.length === 0) return 'nobody: it names no resolvers';
  return network.resolvers
    .map((each) => {
      if (each.kind === 'address') return 'an address';
      return each.kind === 'vpc-resolver' ? 'its VPC resolver' : each.name;
    })
    .join(', then ');
}

/** The rules of each tier, once: all its members have the same. */
function ruleLines(plan: Plan): string[] {
  const tiers = new Map(plan.forwarders.map(({ tier, config }) => [tier, config]));
  return [...tiers].flatMap(([tier, config]) => {
    const rules = columns(
      [
        ...foldRules(config.rules).map(({ what, upstreams }) => [what, `→ ${upstreams.join(', ')}`]),
        ['everything else', otherwiseOf(config.otherwise)],
      ],
      ['cyan'],
    );
    return ['', `Forwarding rules of ${tier}`, ...firstOf(rules.slice(0, -1), MOST_RULES), rules.at(-1)!].map(
      (line, index) => (index < 2 ? line : indent(line)),
    );
  });
}

function otherwiseOf(otherwise: Otherwise): string {
  return otherwise === 'refuse' ? 'refused' : `→ ${otherwise.upstreams.join(', ')}`;
}

const MOST_RULES = 20;
const MOST_ROWS = 40;

function indent(line: string): string {
  return `  ${line}`;
}
