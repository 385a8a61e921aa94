import type { ForwarderConfig } from '../../config/index.ts';
import { allUpstreams, isIPv6, readServer, type Server, sourceFor } from '../scopes.ts';
import type { BindView } from './bind-views.ts';
import { cacheLines } from './cache.ts';
import type { BindPlace } from './place.ts';
import { block, indented, quotedText } from './words.ts';

/** The statement `options`; above its lines stands what they are for. `forwarding`: what it forwards where there are no views. */
export function optionLines(
  config: ForwarderConfig,
  views: readonly BindView[],
  place: BindPlace,
  forwarding: readonly string[],
): string[] {
  return indented('options {', [
    `directory ${quotedText(place.directory)};`,
    ...(place.supervised ? ['pid-file none;', 'session-keyfile none;'] : []),
    'version none;',
    'hostname none;',
    'server-id none;',
    '',
    '// Where it answers, and where its own queries come from: firewalls and VPC resolvers know a forwarder by its address.',
    ...listenLines(config.listen.map(readServer)),
    ...sourceLines(config.listen.map(readServer), views, place),
    '',
    ...clientLines(views),
    '',
    ...resolutionLines(forwarding),
    '',
    '// Responses: no records that nobody asked for, and no datagram that could be fragmented.',
    'minimal-responses yes;',
    'edns-udp-size 1232;',
    'max-udp-size 1232;',
    'nocookie-udp-size 1232;',
    '',
    ...cacheLines(config, views.length, place),
    '',
    '// Limits. However many clients ask the same question, they all get its answer.',
    'recursive-clients 4096;',
    'clients-per-query 0;',
    'max-clients-per-query 0;',
    'tcp-clients 1024;',
    '// Tenths of a second.',
    'tcp-idle-timeout 100;',
  ]);
}

function clientLines(views: readonly BindView[]): string[] {
  const isSingle = views.length === 1;
  const clients = isSingle ? '{ clients; }' : '{ any; }';
  return [
    isSingle
      ? '// Who may ask. Everybody else is refused.'
      : '// The views say who may ask: whoever matches none is refused.',
    `allow-query ${clients};`,
    `allow-query-cache ${clients};`,
    `allow-recursion ${clients};`,
    'allow-transfer { none; };',
  ];
}

function resolutionLines(forwarding: readonly string[]): string[] {
  return [
    '// It asks others to resolve, and never resolves by itself: every name has forwarders and "forward only", or is refused.',
    'recursion yes;',
    ...forwarding,
    '// The whole name goes to the upstream at once: a forwarder has no zone cuts to discover.',
    'qname-minimization off;',
    '// Private zones have no place in the signed tree of the internet, which denies that they exist: whoever validates swallows',
    '// them. Upstreams that validate go on doing so.',
    'dnssec-validation no;',
    "// BIND's own empty zones for private addresses (RFC 6303) would swallow the private reverse zones.",
    'empty-zones-enable no;',
  ];
}

function listenLines(listen: readonly Server[]): string[] {
  return (['listen-on', 'listen-on-v6'] as const).flatMap((option) => {
    const ofFamily = listen.filter((each) => isIPv6(each) === (option === 'listen-on-v6'));
    if (ofFamily.length === 0) return [`${option} { none; };`];
    return [...Map.groupBy(ofFamily, ({ port }) => port)].map(([port, servers]) => {
      const addresses = servers.map(({ address }) =>
        address === '0.0.0.0' || address === '::' ? 'any' : address,
      );
      return `${option} port ${port} ${block(addresses)};`;
    });
  });
}

/** One source for each family: BIND has no more. */
function sourceLines(listen: readonly Server[], views: readonly BindView[], place: BindPlace): string[] {
  const candidates = place.sources?.map((address) => ({ address, port: 0 })) ?? listen;
  const sources = allUpstreams(views).flatMap((upstream) => sourceFor(upstream, candidates) ?? []);
  const first = (v6: boolean) => sources.find((address) => isIPv6({ address, port: 0 }) === v6);
  const [v4, v6] = [first(false), first(true)];
  return [
    ...(v4 === undefined ? [] : [`query-source address ${v4};`]),
    ...(v6 === undefined ? [] : [`query-source-v6 address ${v6};`]),
  ];
}
