import type { Heal } from '../heals/heals.ts';
import type { RuleHealth } from '../health/rule-health.ts';

/** How an agent is: what `pointsman agent status` shows and `publish` writes. Times are ISO 8601. */
export type AgentStatus = {
  /** Undefined outside AWS. */
  tier: string | undefined;
  at: string;
  instanceId: string | undefined;
  availabilityZone: string | undefined;
  /** `serving`: it has an address. `claiming`: one is on its way. `standby`: all have their hosts. `unfit`: it may have none. */
  role: 'starting' | 'serving' | 'claiming' | 'standby' | 'unfit';
  /** What it does, and waits for. */
  doing: string;
  /** Of the address that it has. */
  member: string | undefined;
  address: string | undefined;
  interfaceId: string | undefined;
  since: string | undefined;
  /** Answers flow at the address, with whatever the upstreams let; or it stands by with all it needs. */
  healthy: boolean;
  engine: { kind: 'native' | 'bind'; since: string } | undefined;
  configuration: { revision: string; since: string; rules: number } | undefined;
  rules: readonly RuleHealth[];
  /** What is wrong with the tier's interfaces or the cloud, and what to do. */
  problems: readonly string[];
  /** Why this host may have no address. */
  faults: readonly string[];
  heals: readonly Heal[];
};
