import { cidrsOverlap, parseCidr } from '../address/index.ts';
import { type Path, showValue } from '../schema/path.ts';
import { type BuildContext, checkName } from './names.ts';
import type { Link } from './topology.ts';

/** Builds the links; checks that they join different networks that exist, and what AWS asks of a peering. */
export function buildLinks(context: BuildContext): readonly Link[] {
  const peerings = new Map<string, number>();
  const links = context.source.links.flatMap((source, index) => {
    if (source === undefined) return [];
    const path: Path = Object.freeze(['links', index]);
    const known = source.between.filter((name, at) =>
      checkName(context, 'network', name, [...path, 'between', at]),
    );
    for (const [at, name] of source.between.entries()) {
      if (source.between.indexOf(name) === at) continue;
      context.report({
        code: 'link-to-itself',
        path: [...path, 'between', at],
        value: name,
        message: `joins ${showValue(name)} with itself`,
        remedy: source.kind === 'transit-gateway' ? 'name each network once' : 'name two networks',
      });
    }
    if (source.kind === 'peering' && known.length === 2 && known[0] !== known[1]) {
      checkPeering(context, known as [string, string], index, peerings);
    }
    const { kind, between, mtu, port53 } = source;
    return Object.freeze({
      kind,
      path,
      between: Object.freeze(between),
      mtu,
      port53: Object.freeze(port53),
    });
  });
  return Object.freeze(links);
}

/** A peering joins two VPCs whose CIDRs do not overlap, and there is one between two VPCs. */
function checkPeering(
  context: BuildContext,
  between: readonly [string, string],
  index: number,
  peerings: Map<string, number>,
): void {
  const path = ['links', index, 'between'];
  const pair = [...between].sort().join(' ');
  const earlier = peerings.get(pair);
  if (earlier !== undefined) {
    const message = `${between.join(' and ')} are peered already (links.${earlier})`;
    context.report({
      code: 'duplicate-peering',
      path,
      value: between,
      message,
      remedy: 'remove one of the two',
    });
  }
  peerings.set(pair, earlier ?? index);
  const [a, b] = between.map((name) => context.source.networks[name]);
  if (!a || !b) return;
  for (const [at, network] of [a, b].entries()) {
    if (network.kind === 'vpc') continue;
    const message = `a peering joins two VPCs, and ${showValue(between[at])} is a site`;
    const remedy = 'make the link a vpn or a direct-connect';
    context.report({ code: 'peering-with-site', path: [...path, at], value: between[at], message, remedy });
  }
  const overlap = a.cidrs.flatMap((one) =>
    b.cidrs.filter((two) => cidrsOverlap(parseCidr(one)!, parseCidr(two)!)),
  );
  if (overlap.length > 0) {
    const message = `${between.join(' and ')} both have addresses in ${overlap[0]}`;
    const remedy = 'AWS refuses a peering of VPCs that overlap: give one of them other CIDRs';
    context.report({ code: 'overlapping-peering', path, value: between, message, remedy });
  }
}
