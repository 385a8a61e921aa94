import type * as aws from '@aws-sdk/client-route-53';
import { AwsError } from '@pointsman/aws-wire';
import { ownDelegationSet } from './delegation-sets.ts';
import { invalidInput, type Operation, ownZone } from './operation.ts';

/** Of traffic policies, which do not exist here. */
const NO_TRAFFIC_POLICIES = { value: 0, count: 0 };
const ZONES_PER_DELEGATION_SET = 100;

export const getAccountLimit: Operation<aws.GetAccountLimitRequest, aws.GetAccountLimitResponse> = (
  { store, limits },
  { Type },
  { account },
) => {
  const count = (owned: readonly { account: string }[]) =>
    owned.filter((each) => each.account === account).length;
  const known: Record<string, { value: number; count: number }> = {
    MAX_HOSTED_ZONES_BY_OWNER: { value: limits.zonesPerAccount, count: count(store.zones()) },
    MAX_HEALTH_CHECKS_BY_OWNER: { value: limits.healthChecksPerAccount, count: count(store.healthChecks()) },
    MAX_REUSABLE_DELEGATION_SETS_BY_OWNER: {
      value: limits.delegationSetsPerAccount,
      count: count(store.delegationSets()),
    },
    MAX_TRAFFIC_POLICIES_BY_OWNER: NO_TRAFFIC_POLICIES,
    MAX_TRAFFIC_POLICY_INSTANCES_BY_OWNER: NO_TRAFFIC_POLICIES,
  };
  const limit = Object.hasOwn(known, Type!) ? known[Type!] : undefined;
  if (!limit) throw unknownLimit(Type, Object.keys(known));
  return { Limit: { Type, Value: limit.value }, Count: limit.count };
};

export const getHostedZoneLimit: Operation<aws.GetHostedZoneLimitRequest, aws.GetHostedZoneLimitResponse> = (
  route53,
  { HostedZoneId, Type },
  caller,
) => {
  const { store, limits } = route53;
  const zone = ownZone(route53, HostedZoneId, caller);
  switch (Type) {
    case 'MAX_RRSETS_BY_ZONE':
      return { Limit: { Type, Value: limits.recordSetsPerZone }, Count: store.recordSetCount(zone.id) };
    case 'MAX_VPCS_ASSOCIATED_BY_ZONE':
      if (!zone.private) {
        throw new AwsError(
          'HostedZoneNotPrivate',
          `The hosted zone ${zone.id} is not a private hosted zone.`,
        );
      }
      return { Limit: { Type, Value: limits.vpcsPerZone }, Count: zone.vpcs.length };
    default:
      throw unknownLimit(Type, ['MAX_RRSETS_BY_ZONE', 'MAX_VPCS_ASSOCIATED_BY_ZONE']);
  }
};

export const getDelegationSetLimit: Operation<
  aws.GetReusableDelegationSetLimitRequest,
  aws.GetReusableDelegationSetLimitResponse
> = (route53, { DelegationSetId, Type }, caller) => {
  const { id } = ownDelegationSet(route53, DelegationSetId, caller);
  if (Type !== 'MAX_ZONES_BY_REUSABLE_DELEGATION_SET') {
    throw unknownLimit(Type, ['MAX_ZONES_BY_REUSABLE_DELEGATION_SET']);
  }
  const zones = route53.store.zones().filter((zone) => zone.delegationSetId === id);
  return { Limit: { Type, Value: ZONES_PER_DELEGATION_SET }, Count: zones.length };
};

function unknownLimit(type: string | undefined, known: readonly string[]): AwsError {
  return invalidInput(
    `1 validation error detected: Value '${type}' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [${known.join(', ')}]`,
  );
}
