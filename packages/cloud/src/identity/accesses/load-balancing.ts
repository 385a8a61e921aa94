import type { Tag } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { GatedCall } from '@pointsman/aws-wire';
import type { BalancingState } from '../../load-balancing/model.ts';
import type { Access } from '../authorize.ts';
import { makeContext, requestTags, resourceTags } from './context.ts';

/**
 * The actions on what a request names by ARN; what is created has none yet. Those that describe have no resources:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html
 */
export function loadBalancingAccesses(state: BalancingState, { operation, input }: GatedCall): Access[] {
  const action = `elasticloadbalancing:${operation}`;
  const everything: Access = { action, resource: '*', context: makeContext([]) };
  if (operation.startsWith('Describe')) return [everything];
  const {
    LoadBalancerArn,
    TargetGroupArn,
    ListenerArn,
    ResourceArns = [],
    Tags = [],
  } = input as {
    LoadBalancerArn?: string;
    TargetGroupArn?: string;
    ListenerArn?: string;
    ResourceArns?: readonly string[];
    Tags?: readonly Tag[];
  };
  const arns = [LoadBalancerArn, TargetGroupArn, ListenerArn, ...ResourceArns].filter(
    (arn) => arn !== undefined,
  );
  const given = requestTags(Tags);
  if (arns.length === 0) return [{ ...everything, context: makeContext(given) }];
  return arns.map((arn) => {
    const found = state.loadBalancers.get(arn) ?? state.targetGroups.get(arn) ?? state.listeners.get(arn);
    const own = resourceTags(found?.tags ?? {}, 'elasticloadbalancing');
    return { action, resource: arn, context: makeContext([...own, ...given]) };
  });
}
