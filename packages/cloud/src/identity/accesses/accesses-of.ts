import type { AssumeRoleRequest } from '@aws-sdk/client-sts';
import type { GatedCall } from '@pointsman/aws-wire';
import type { GroupState } from '../../auto-scaling/auto-scaling.ts';
import type { Ec2State } from '../../ec2/model.ts';
import type { BalancingState } from '../../load-balancing/model.ts';
import type { ParameterState } from '../../parameters/model.ts';
import type { Access, AccessesOf } from '../authorize.ts';
import { autoScalingAccesses } from './auto-scaling.ts';
import { makeContext } from './context.ts';
import { ec2Accesses } from './ec2.ts';
import { loadBalancingAccesses } from './load-balancing.ts';
import { objectAccesses } from './objects.ts';
import { parameterAccesses } from './parameters.ts';
import { route53Accesses } from './route53.ts';

/** Where the resources stand that calls are about, as they are now. */
export type Resources = {
  ec2: () => Ec2State;
  groups: () => GroupState;
  balancing: () => BalancingState;
  parameters: () => ParameterState;
};

/** What each call of each service needs permission for. A service that is not named here has no resources: its actions are on all. */
export function accessesIn({ ec2, groups, balancing, parameters }: Resources): AccessesOf {
  return (call) => {
    switch (call.service) {
      case 'ec2':
        return ec2Accesses(ec2(), call);
      case 'autoscaling':
        return autoScalingAccesses(groups(), ec2(), call);
      case 'elasticloadbalancing':
        return loadBalancingAccesses(balancing(), call);
      case 'ssm':
        return parameterAccesses(parameters(), call);
      case 's3':
        return objectAccesses(call);
      case 'route53':
        return route53Accesses(call);
      case 'sts':
        return stsAccesses(call);
      default:
        return [{ action: `${call.service}:${call.operation}`, resource: '*', context: makeContext([]) }];
    }
  };
}

/** Who one is, everybody may ask. */
function stsAccesses({ operation, input }: GatedCall): Access[] {
  if (operation === 'GetCallerIdentity') return [];
  const { RoleArn = '*' } = input as AssumeRoleRequest;
  return [{ action: `sts:${operation}`, resource: RoleArn, context: makeContext([]) }];
}
