import type * as aws from '@aws-sdk/client-auto-scaling';
import { refuseOthers } from '../endpoint/bind-operations.ts';
import { invalid } from './auto-scaling.ts';
import type { Group } from './group.ts';

/** What a request says of a group's settings; what it does not say is not there. */
export type Settings = Partial<
  Pick<
    Group,
    | 'healthCheckType'
    | 'healthCheckGracePeriod'
    | 'defaultCooldown'
    | 'newInstancesProtected'
    | 'terminationPolicies'
  >
>;

type Given = Pick<
  aws.CreateAutoScalingGroupType,
  | 'HealthCheckType'
  | 'HealthCheckGracePeriod'
  | 'DefaultCooldown'
  | 'NewInstancesProtectedFromScaleIn'
  | 'TerminationPolicies'
>;

/** @throws AwsError ValidationError, NotImplemented for the rest of what a request gives */
export function readSettings(given: Given): Settings {
  const {
    HealthCheckType,
    HealthCheckGracePeriod,
    DefaultCooldown,
    NewInstancesProtectedFromScaleIn,
    TerminationPolicies,
    ...others
  } = given;
  refuseOthers(others);
  if (HealthCheckType !== undefined && HealthCheckType !== 'EC2')
    refuseOthers({ [`HealthCheckType ${HealthCheckType}`]: true });
  for (const policy of TerminationPolicies ?? []) {
    if (policy !== 'Default' && policy !== 'OldestInstance')
      refuseOthers({ [`TerminationPolicies ${policy}`]: true });
  }
  for (const seconds of [HealthCheckGracePeriod, DefaultCooldown]) {
    if (seconds !== undefined && seconds < 0)
      throw invalid(`${seconds} seconds are invalid: at least 0 are needed.`);
  }
  return {
    ...(HealthCheckType !== undefined && { healthCheckType: HealthCheckType }),
    ...(HealthCheckGracePeriod !== undefined && { healthCheckGracePeriod: HealthCheckGracePeriod }),
    ...(DefaultCooldown !== undefined && { defaultCooldown: DefaultCooldown }),
    ...(NewInstancesProtectedFromScaleIn !== undefined && {
      newInstancesProtected: NewInstancesProtectedFromScaleIn,
    }),
    ...(TerminationPolicies && { terminationPolicies: TerminationPolicies }),
  };
}
