import type { Link } from '../../topology/topology.ts';
import type { FindingContext } from './context.ts';
import type { Draft } from './finding.ts';

/** The largest UDP response that the forwarders and most resolvers send: https://dnsflagday.net/2020/ */
const UDP_PAYLOAD = 1232;
/** IP and UDP headers (RFC 791, RFC 8200, RFC 768). */
const HEADERS = { 4: 28, 6: 48 };

/**
 * `edns-path`: a link that does not carry the largest UDP response whole, or that lets through no TCP, by which what is cut off is
 * asked for again (RFC 7766 §5).
 */
export function findNarrowLinks(context: FindingContext): Draft[] {
  const { topology, linkNames } = context;
  return topology.links.flatMap((link, index): Draft[] => {
    const need = UDP_PAYLOAD + (isDual(context, link) ? HEADERS[6] : HEADERS[4]);
    const isNarrow = link.mtu !== undefined && link.mtu < need;
    const isUdpOnly = link.port53.length === 1 && link.port53[0] === 'udp';
    if (!isNarrow && !isUdpOnly) return [];
    const backup = backedUp(context, index, need);
    const without = backup === undefined ? undefined : `link:${linkNames[backup]}`;
    const why = isNarrow
      ? `carries packets of ${link.mtu} bytes, and an answer of ${UDP_PAYLOAD} bytes needs ${need}: large answers come in fragments, which firewalls drop`
      : `lets through UDP alone: an answer that does not fit into one packet is cut off, and cannot be asked for by TCP`;
    return [
      {
        code: 'edns-path',
        subject: `links/${linkNames[index]}`,
        text: `${without === undefined ? 'it' : `once ${linkNames[backup!]} is down, queries take it, and it`} ${why}`,
        paths: [[...link.path, isNarrow ? 'mtu' : 'port53'], link.path],
        remedy: isNarrow
          ? `raise its MTU to ${need} or more, or make the servers behind it send less by UDP (max-udp-size in BIND)`
          : 'let TCP to port 53 through (RFC 7766)',
        ...(without === undefined ? {} : { without }),
      },
    ];
  });
}

/** True where IPv6 may be spoken on it: its header is longer. */
function isDual({ networks }: FindingContext, { between }: Link): boolean {
  const speaks = between.filter((name) => networks.get(name)!.cidrs.some((cidr) => cidr.includes(':')));
  return speaks.length > 1;
}

/** An earlier link that joins the same networks and has neither fault: this one is taken only without it. */
function backedUp({ topology }: FindingContext, index: number, need: number): number | undefined {
  const { between } = topology.links[index]!;
  const found = topology.links.findIndex(
    (other, at) =>
      at < index &&
      (other.mtu ?? need) >= need &&
      other.port53.length === 2 &&
      between.every((name) => other.between.includes(name)),
  );
  return found < 0 ? undefined : found;
}
