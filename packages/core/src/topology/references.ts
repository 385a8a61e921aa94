import { formatAddress, formatEndpoint, parseAddress, parseEndpoint } from '../address/index.ts';
import { nearest } from '../schema/nearest.ts';
import { type Path, showValue } from '../schema/path.ts';
import { type BuildContext, checkName } from './names.ts';
import type { ResolverReference, UpstreamReference } from './topology.ts';

type NamedReference = Exclude<ResolverReference, { kind: 'address' }>;

/** `forwarders/NAME`, `authorities/NAME`, `vpc-resolver` or an address; undefined, and reported, where it is none of these. */
export function readResolver(context: BuildContext, text: string, path: Path): ResolverReference | undefined {
  const bytes = parseAddress(text);
  if (bytes) return Object.freeze({ kind: 'address', address: formatAddress(bytes) });
  return readNamed(context, text, path, 'an address such as 10.10.1.53');
}

/** As `readResolver`, for an upstream: an address may have a port. */
export function readUpstream(context: BuildContext, text: string, path: Path): UpstreamReference | undefined {
  const endpoint = readEndpoint(text);
  if (endpoint !== undefined) return Object.freeze({ kind: 'endpoint', endpoint });
  return readNamed(context, text, path, 'IP or IP:PORT');
}

/** Canonical `IP` or `IP:PORT`; undefined for anything else. */
export function readEndpoint(text: string): string | undefined {
  const endpoint = parseEndpoint(text);
  if (!endpoint) return undefined;
  return endpoint.port === undefined ? endpoint.address : formatEndpoint(endpoint.address, endpoint.port);
}

/** One reference or several, in order; those that are wrong are reported and left out. */
export function readReferences<T>(
  context: BuildContext,
  source: string | readonly string[],
  path: Path,
  read: (context: BuildContext, text: string, path: Path) => T | undefined,
): readonly T[] {
  if (typeof source === 'string')
    return Object.freeze([read(context, source, path)].filter((each) => each !== undefined));
  const seen = new Set<string>();
  const references = source.map((text, index) => {
    if (seen.has(text)) {
      const message = `${showValue(text)} is listed twice`;
      context.report({
        code: 'duplicate-reference',
        path: [...path, index],
        value: text,
        message,
        remedy: 'list it once',
      });
      return undefined;
    }
    seen.add(text);
    return read(context, text, [...path, index]);
  });
  return Object.freeze(references.filter((each) => each !== undefined));
}

function readNamed(
  context: BuildContext,
  text: string,
  path: Path,
  plain: string,
): NamedReference | undefined {
  if (text === 'vpc-resolver') return Object.freeze({ kind: 'vpc-resolver' });
  const [section, name] = /^(forwarders|authorities)\/(.*)$/s.exec(text)?.slice(1) ?? [];
  if (section === 'forwarders') {
    return checkName(context, 'forwarder tier', name!, path, 'forwarders/')
      ? Object.freeze({ kind: 'tier', name: name! })
      : undefined;
  }
  if (section === 'authorities') {
    return checkName(context, 'authority', name!, path, 'authorities/')
      ? Object.freeze({ kind: 'authority', name: name! })
      : undefined;
  }
  const known = [
    'vpc-resolver',
    ...[...context.names['forwarder tier']].flatMap((each) => [`forwarders/${each}`, each]),
    ...[...context.names.authority].flatMap((each) => [`authorities/${each}`, each]),
  ];
  const near = nearest(text, known);
  context.report({
    code: 'bad-reference',
    path,
    value: text,
    message: `${showValue(text)} names nothing to ask`,
    remedy:
      near === undefined
        ? `write forwarders/NAME, authorities/NAME, vpc-resolver, or ${plain}`
        : `did you mean ${showValue(sectioned(context, near))}?`,
  });
  return undefined;
}

function sectioned(context: BuildContext, name: string): string {
  if (context.names['forwarder tier'].has(name)) return `forwarders/${name}`;
  return context.names.authority.has(name) ? `authorities/${name}` : name;
}
