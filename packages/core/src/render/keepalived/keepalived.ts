import { parseAddress } from '../../address/index.ts';
import type { ForwarderConfig } from '../../config/index.ts';
import { header } from '../comments.ts';
import type { Origins } from '../origins.ts';
import type { Rendered, Renderer, VrrpHosts } from '../render.ts';
import { readServer } from '../scopes.ts';
import { failed } from '../shortfalls.ts';

/**
 * keepalived 2.2 or later, which gives a member's address to one of several hosts where no cloud does: VRRP version 3 (RFC 9568). It is no DNS
 * server: the agent on each host runs one, and keepalived asks the agent whether it is well. All hosts have the same file; an election is
 * decided by their own addresses.
 */
export const keepalived: Renderer = { member: renderMember, authority: refuseAuthority };

/** A host is taken for dead after three of these, in seconds (RFC 9568, section 6.1). */
const ADVERTISEMENT_INTERVAL = 0.5;
const HEALTH =
  '/usr/bin/curl --silent --fail --output /dev/null --max-time 1 --unix-socket /run/pointsman/agent.sock http://localhost/healthy';

function renderMember(config: ForwarderConfig, origins: Origins, hosts?: VrrpHosts): Rendered {
  const addresses = [...new Set(config.listen.map((endpoint) => readServer(endpoint).address))];
  if (addresses.some((address) => WILDCARDS.has(address))) return failed([wildcardProblem(addresses)]);
  // IPv6 addresses go with the IPv4 address, and not by an election of their own: a host has all of them or none.
  const [elected, ...others] = [...addresses].sort(byFamily) as [string, ...string[]];
  const warnings = warningsOf(elected, hosts);
  const advice = [
    'To be put at /etc/keepalived/keepalived.conf, the same on each host that may hold the address. The agent runs on all of them.',
  ];
  const text = [
    ...header('#', origins, advice, warnings),
    ...block('global_defs', [
      'vrrp_version 3',
      '# Only scripts that none but root can change.',
      'enable_script_security',
      'script_user root',
    ]),
    ...block('vrrp_script answers', [
      `script "${HEALTH}"`,
      'interval 2',
      'timeout 2',
      'fall 2',
      'rise 1',
      '# No host takes the address before its agent is well.',
      'init_fail',
    ]),
    ...block(`vrrp_instance pointsman_${virtualRouter(elected)}`, instanceLines(elected, others, hosts)),
  ];
  return { ok: true, text: `${text.join('\n')}\n`, warnings };
}

function instanceLines(elected: string, others: readonly string[], hosts: VrrpHosts | undefined): string[] {
  const peers = (hosts?.addresses ?? []).filter((host) => isIpv6(host) === isIpv6(elected));
  return [
    '# A host that comes back does not take the address from one that serves.',
    'state BACKUP',
    'nopreempt',
    `interface ${hosts?.device ?? DEFAULT_DEVICE}`,
    `virtual_router_id ${virtualRouter(elected)}`,
    'priority 100',
    `advert_int ${ADVERTISEMENT_INTERVAL}`,
    ...(peers.length > 0 ? block('unicast_peer', peers) : []),
    ...block('virtual_ipaddress', [withPrefix(elected)]),
    ...(others.length > 0 ? block('virtual_ipaddress_excluded', others.map(withPrefix)) : []),
    ...block('track_script', ['answers']),
  ];
}

const WILDCARDS = new Set(['0.0.0.0', '::']);
const DEFAULT_DEVICE = 'eth0';

function warningsOf(elected: string, hosts: VrrpHosts | undefined): string[] {
  return [
    ...(hosts === undefined
      ? [
          `hosts find each other by multicast, which no cloud has: name them with --host, twice or more, and their interface with --device (default: ${DEFAULT_DEVICE}).`,
        ]
      : []),
    `VRRP authenticates nobody: whoever can send IP protocol 112 into the subnet of ${elected} can take the address.`,
    `in the subnet of ${elected}, no other VRRP may have the virtual router ID ${virtualRouter(elected)}, the last byte of the address.`,
  ];
}

function wildcardProblem(addresses: readonly string[]) {
  const wildcard = addresses.find((address) => WILDCARDS.has(address));
  return {
    code: 'endpoint' as const,
    message: `keepalived moves an address from host to host, and this member listens at ${wildcard}, which is every address`,
    remedy: 'listen at the one that clients ask',
  };
}

function refuseAuthority(): Rendered {
  return failed([
    {
      code: 'no-such-form',
      message: 'keepalived moves the address of a member from host to host, and forwards nothing',
      remedy: 'render an authority for its DNS server; for a member, name it with --member',
    },
  ]);
}

/** 1 to 255, its own for each address of a subnet of 255. */
function virtualRouter(address: string): number {
  return parseAddress(address)!.at(-1)! || 255;
}

function block(name: string, lines: readonly string[]): string[] {
  return [`${name} {`, ...lines.map((line) => `    ${line}`), '}'];
}

function withPrefix(address: string): string {
  return `${address}/${isIpv6(address) ? 128 : 32}`;
}

function isIpv6(address: string): boolean {
  return address.includes(':');
}

function byFamily(a: string, b: string): number {
  return Number(isIpv6(a)) - Number(isIpv6(b));
}
