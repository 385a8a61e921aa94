import type { Ec2Api } from '../ec2/api.ts';
import type { Ec2State } from '../ec2/model.ts';
import type { CloudCore } from '../endpoint/create-cloud.ts';
import type { KeyLocks } from '../state/key-locks.ts';
import type { Versions } from '../state/versions.ts';

type Owned = { arn: string; account: string; region: string; tags: Readonly<Record<string, string>> };

/** Times are milliseconds since 1970. It balances nothing: it has its addresses and its name. */
export type LoadBalancer = Owned & {
  name: string;
  type: 'application' | 'network';
  scheme: 'internal' | 'internet-facing';
  vpcId: string;
  /** With the interface that it has in each. */
  places: readonly { subnetId: string; availabilityZone: string; interfaceId: string }[];
  securityGroupIds: readonly string[];
  dnsName: string;
  createdAt: number;
};

export type TargetGroup = Owned & {
  name: string;
  protocol: string;
  port: number;
  vpcId: string;
  targetType: 'instance' | 'ip';
  targets: readonly Target[];
};

/** An instance's ID, or an IP address. */
export type Target = { id: string; port: number };

export type Listener = Owned & {
  loadBalancerArn: string;
  protocol: string;
  port: number;
  targetGroupArn: string;
};

/** What a record of each table is. */
export type BalancingRecords = {
  loadBalancers: LoadBalancer;
  targetGroups: TargetGroup;
  listeners: Listener;
};

/** By ARN. */
export type BalancingState = {
  readonly [Table in keyof BalancingRecords]: ReadonlyMap<string, BalancingRecords[Table]>;
};

/** What the operations of Elastic Load Balancing work with. */
export type LoadBalancing = CloudCore & {
  state: Versions<BalancingState>;
  ec2: Ec2Api;
  ec2State: Versions<Ec2State>;
  /** By account and region: a load balancer is made and deleted under one. */
  locks: KeyLocks;
};
