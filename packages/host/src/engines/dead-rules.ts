import { formatEndpoint, parseEndpoint } from '@pointsman/core/address';
import type { ForwarderConfig } from '@pointsman/core/config';
import { ROOT } from '@pointsman/core/dns';
import type { UpstreamStats } from '@pointsman/forwarder';
import type { Health } from './engine.ts';

const DNS_PORT = 53;

/** The rules all of whose upstreams are down. One that nobody has heard of yet is not. */
export function deadRules(
  config: ForwarderConfig,
  upstreams: readonly Pick<UpstreamStats, 'endpoint' | 'state'>[],
): Health['deadRules'] {
  const down = new Set(upstreams.filter(({ state }) => state === 'down').map(({ endpoint }) => endpoint));
  if (down.size === 0) return [];
  const verdicts = new Map<readonly string[], boolean>();
  const isDead = (list: readonly string[]): boolean => {
    const verdict = verdicts.get(list) ?? list.every((each) => down.has(fullEndpoint(each)));
    verdicts.set(list, verdict);
    return verdict;
  };
  const scopes = [
    { name: undefined, rules: config.rules, otherwise: config.otherwise },
    ...(config.views ?? []),
  ];
  return scopes.flatMap(({ name: view, rules, otherwise }) => [
    ...rules.filter((rule) => isDead(rule.upstreams)).map(({ suffix }) => ({ view, suffix })),
    ...(otherwise !== 'refuse' && isDead(otherwise.upstreams) ? [{ view, suffix: ROOT }] : []),
  ]);
}

/** `IP:PORT`, also where the configuration gives no port. */
export function fullEndpoint(text: string): string {
  const { address, port } = parseEndpoint(text)!;
  return formatEndpoint(address, port ?? DNS_PORT);
}
