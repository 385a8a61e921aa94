import { type AwsService, awsQuery, schemasOf } from '@pointsman/aws-wire';
import type { Ec2Api } from '../ec2/api.ts';
import type { Ec2State } from '../ec2/model.ts';
import { type Api, bindOperations } from '../endpoint/bind-operations.ts';
import type { CloudCore } from '../endpoint/create-cloud.ts';
import { createKeyLocks } from '../state/key-locks.ts';
import { createVersions, type Versions } from '../state/versions.ts';
import { createListener, deleteListener, describeListeners } from './listeners.ts';
import { createLoadBalancer, deleteLoadBalancer, describeLoadBalancers } from './load-balancers.ts';
import type { BalancingState } from './model.ts';
import { addTags, describeTags, removeTags } from './tags.ts';
import { createTargetGroup, deleteTargetGroup, describeTargetGroups } from './target-groups.ts';
import { deregisterTargets, describeTargetHealth, registerTargets } from './targets.ts';

/** Every operation of Elastic Load Balancing that there is here, by its name in AWS's model. */
const operations = {
  CreateLoadBalancer: createLoadBalancer,
  DescribeLoadBalancers: describeLoadBalancers,
  DeleteLoadBalancer: deleteLoadBalancer,
  CreateTargetGroup: createTargetGroup,
  DescribeTargetGroups: describeTargetGroups,
  DeleteTargetGroup: deleteTargetGroup,
  RegisterTargets: registerTargets,
  DeregisterTargets: deregisterTargets,
  DescribeTargetHealth: describeTargetHealth,
  CreateListener: createListener,
  DescribeListeners: describeListeners,
  DeleteListener: deleteListener,
  AddTags: addTags,
  RemoveTags: removeTags,
  DescribeTags: describeTags,
};

export type LoadBalancingApi = Api<typeof operations>;

/** Elastic Load Balancing, the API of 2015-12-01: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/ */
export function createLoadBalancing(core: CloudCore, ec2: Ec2Api, ec2State: Versions<Ec2State>) {
  const { clock, faults } = core;
  const empty: BalancingState = { loadBalancers: new Map(), targetGroups: new Map(), listeners: new Map() };
  const state = createVersions(empty, { now: clock.now, lag: () => faults.consistencyLag });
  const context = { ...core, state, ec2, ec2State, locks: createKeyLocks() };
  const api: LoadBalancingApi = bindOperations(context, operations);
  return {
    api,
    state,
    service: loadBalancingService(api),
  };
}

function loadBalancingService(api: LoadBalancingApi): AwsService {
  return {
    name: 'elasticloadbalancing',
    protocol: async () =>
      awsQuery({
        ...schemasOf(await import('@aws-sdk/client-elastic-load-balancing-v2'), Object.keys(operations)),
        namespace: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
        version: '2015-12-01',
      }),
    handlers: api,
  };
}
