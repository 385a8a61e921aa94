import type { RecordSet } from '@pointsman/core/dns';
import type { AliasTarget } from '../store/model.ts';

/** Where a query comes from, and what decides its answers besides the records. */
export type Querier = {
  /** The region of the VPC that asks; undefined outside of VPCs. */
  region: string | undefined;
  /** True, too, for a health check that is not known. */
  isHealthy(healthCheckId: string): boolean;
  /** Which location of a CIDR collection a client is in, by the longest prefix; undefined for one in none, or not known. */
  findLocation(collectionId: string, client: string | undefined): string | undefined;
  /** The records of an AWS resource, such as a load balancer, that an alias names; undefined where there is none. */
  findTarget(alias: AliasTarget, type: string): { set: RecordSet; healthy: boolean } | undefined;
};

/** For zones without routing policies and aliases: nothing of it is ever asked. */
export const ANY_QUERIER: Querier = {
  region: undefined,
  isHealthy: () => true,
  findLocation: () => undefined,
  findTarget: () => undefined,
};
