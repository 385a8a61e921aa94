/** Security groups, https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html: what is not allowed is dropped. */
import type { FabricPermission, FabricSecurityGroup } from '@pointsman/cloud';
import { isIpv6, type Model } from '../model.ts';

/** Rules that accept what the group allows: `ingress` looks at sources, `egress` at destinations. */
export function compileGroup(
  model: Model,
  group: FabricSecurityGroup,
  direction: 'ingress' | 'egress',
): string[] {
  const side = direction === 'ingress' ? 'saddr' : 'daddr';
  return group[direction].flatMap((permission) => {
    const peers = peersOf(model, permission);
    return [
      ...peerRules(
        'ip',
        side,
        peers.filter((each) => !isIpv6(each)),
        permission,
      ),
      ...peerRules('ip6', side, peers.filter(isIpv6), permission),
    ];
  });
}

/** CIDRs, and addresses of the interfaces that are in a group. */
function peersOf(model: Model, { cidrs, groupIds }: FabricPermission): string[] {
  const members = [...model.interfaces.values()].filter(({ securityGroupIds }) =>
    securityGroupIds.some((id) => groupIds.includes(id)),
  );
  return [...new Set([...cidrs, ...members.flatMap(({ addresses }) => addresses)])];
}

/** Addresses share a rule; CIDRs may overlap, which a set may not, and have one each. */
function peerRules(
  family: 'ip' | 'ip6',
  side: string,
  peers: string[],
  permission: FabricPermission,
): string[] {
  const protocol = protocolMatch(family, permission);
  if (protocol === undefined) return [];
  const addresses = peers.filter((each) => !each.includes('/'));
  const cidrs = peers.filter((each) => each.includes('/'));
  return [
    ...(addresses.length > 0 ? [`${family} ${side} { ${addresses.join(', ')} }`] : []),
    ...cidrs.map((cidr) => (cidr.endsWith('/0') ? everybody(family) : `${family} ${side} ${cidr}`)),
  ].map((match) => [match, ...protocol, 'accept'].join(' '));
}

function everybody(family: 'ip' | 'ip6'): string {
  return `meta nfproto ${family === 'ip' ? 'ipv4' : 'ipv6'}`;
}

/** Undefined where the protocol does not exist in the family. Of ICMP, `fromPort` is the type and `toPort` the code; -1 is any. */
function protocolMatch(
  family: 'ip' | 'ip6',
  { protocol, fromPort, toPort }: FabricPermission,
): string[] | undefined {
  if (protocol === '-1') return [];
  const name = PROTOCOLS[protocol] ?? protocol;
  if (name === 'icmp' || name === 'icmpv6') {
    if ((name === 'icmp') !== (family === 'ip')) return undefined;
    return [
      `meta l4proto ${name}`,
      ...(given(fromPort) ? [`${name} type ${fromPort}`] : []),
      ...(given(toPort) ? [`${name} code ${toPort}`] : []),
    ];
  }
  if (name !== 'tcp' && name !== 'udp') return [`meta l4proto ${name}`];
  if (!given(fromPort) && !given(toPort)) return [`meta l4proto ${name}`];
  return [`${name} dport ${Math.max(fromPort ?? 0, 0)}-${given(toPort) ? toPort : MAX_PORT}`];
}

function given(value: number | undefined): boolean {
  return value !== undefined && value >= 0;
}

const MAX_PORT = 65_535;
const PROTOCOLS: Readonly<Record<string, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmpv6' };
