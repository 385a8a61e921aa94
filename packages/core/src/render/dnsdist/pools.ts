import { formatEndpoint } from '../../address/index.ts';
import { allRules, type Scope, type ScopeRule, type Server } from '../scopes.ts';

/** Rules that ask the same upstreams in the same way share a pool of servers, and its cache. */
export type Pool = {
  name: string;
  upstreams: readonly Server[];
  policy: ScopeRule['policy'];
  /** What its servers are probed with. */
  probe: { name: string; type: string };
};

/** Views do not share pools: the cache of one has the answers of its own rules. */
export function poolsOf(scopes: readonly Scope[]): {
  pools: Pool[];
  poolOf: (scope: Scope, rule: ScopeRule) => Pool;
} {
  const pools = new Map<string, Pool>();
  const keyOf = (scope: Scope, { upstreams, policy, probe }: ScopeRule) =>
    JSON.stringify([scopes.indexOf(scope), upstreams, policy, probe]);
  for (const scope of scopes) {
    for (const rule of allRules(scope)) {
      const key = keyOf(scope, rule);
      if (pools.has(key)) continue;
      const { upstreams, policy } = rule;
      const probe = rule.probe ?? { name: rule.suffix, type: 'SOA' };
      pools.set(key, { name: `pool-${pools.size + 1}`, upstreams, policy, probe });
    }
  }
  return { pools: [...pools.values()], poolOf: (scope, rule) => pools.get(keyOf(scope, rule))! };
}

export function formatServer({ address, port }: Server): string {
  return formatEndpoint(address, port);
}
