import type * as aws from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError, type Caller } from '@pointsman/aws-wire';
import { type Operation, refuseOthers } from '../endpoint/bind-operations.ts';
import { pageOf } from '../endpoint/paging.ts';
import { checkName, findOwn, invalid, LARGEST_PAGE, own, PAGE_WORDS, select } from './find.ts';
import type { BalancingState, LoadBalancing, TargetGroup } from './model.ts';
import { readTags } from './tags.ts';

const PROTOCOLS: readonly string[] = ['HTTP', 'HTTPS', 'TCP', 'TLS', 'UDP', 'TCP_UDP'];

export const createTargetGroup: Operation<
  LoadBalancing,
  aws.CreateTargetGroupInput,
  aws.CreateTargetGroupOutput
> = ({ state, ec2State, random }, input, caller) => {
  const { Name, Protocol, Port, VpcId, TargetType = 'instance', Tags, ...others } = input;
  refuseOthers(others);
  if (TargetType !== 'instance' && TargetType !== 'ip') refuseOthers({ [`TargetType ${TargetType}`]: true });
  const name = checkName(Name!, 'target group');
  const { account, region } = caller;
  if (own(state.now(), 'targetGroups', caller).some((each) => each.name === name)) {
    throw new AwsError(
      'DuplicateTargetGroupName',
      `A target group with the same name '${name}' exists, but with different settings`,
    );
  }
  const vpc = ec2State.now().vpcs.get(VpcId ?? '');
  if (vpc?.account !== account || vpc.region !== region) throw invalid(`The VPC ID '${VpcId}' is not found`);
  const id = Array.from({ length: 16 }, () => Math.floor(random() * 16).toString(16)).join('');
  const record: TargetGroup = {
    arn: `arn:aws:elasticloadbalancing:${region}:${account}:targetgroup/${name}/${id}`,
    account,
    region,
    tags: readTags(Tags),
    name,
    protocol: readProtocol(Protocol),
    port: readPort(Port),
    vpcId: vpc.id,
    targetType: TargetType as TargetGroup['targetType'],
    targets: [],
  };
  state.write([{ table: 'targetGroups', id: record.arn, record }]);
  return { TargetGroups: [writeTargetGroup(state.now(), record)] };
};

export const describeTargetGroups: Operation<
  LoadBalancing,
  aws.DescribeTargetGroupsInput,
  aws.DescribeTargetGroupsOutput
> = ({ state }, { LoadBalancerArn, TargetGroupArns, Names, PageSize, Marker }, caller) => {
  const seen = state.seen();
  if (LoadBalancerArn !== undefined) findOwn(seen, 'loadBalancers', LoadBalancerArn, caller);
  const named = select(seen, 'targetGroups', { arns: TargetGroupArns, names: Names }, caller);
  const found = named.filter(
    ({ arn }) => LoadBalancerArn === undefined || balancersOf(seen, arn, caller).includes(LoadBalancerArn),
  );
  const request = { size: PageSize, most: LARGEST_PAGE, token: Marker };
  const { page, next } = pageOf(found, ({ arn }) => arn, request, PAGE_WORDS);
  return { TargetGroups: page.map((each) => writeTargetGroup(seen, each)), NextMarker: next };
};

export const deleteTargetGroup: Operation<LoadBalancing, aws.DeleteTargetGroupInput, object> = (
  { state },
  { TargetGroupArn },
  caller,
) => {
  const known = own(state.now(), 'targetGroups', caller).find(({ arn }) => arn === TargetGroupArn);
  if (!known) return {};
  if (balancersOf(state.now(), known.arn, caller).length > 0) {
    const message = `Target group '${known.arn}' is currently in use by a listener or a rule`;
    throw new AwsError('ResourceInUse', message);
  }
  state.write([{ table: 'targetGroups', id: known.arn, record: undefined }]);
  return {};
};

/** The load balancers with a listener that sends to a target group. */
export function balancersOf(
  state: BalancingState,
  targetGroupArn: string,
  caller: Pick<Caller, 'account' | 'region'>,
): string[] {
  const listeners = [...state.listeners.values()].filter(
    (each) => each.targetGroupArn === targetGroupArn && each.account === caller.account,
  );
  return [...new Set(listeners.map(({ loadBalancerArn }) => loadBalancerArn))];
}

/** @throws AwsError ValidationError */
export function readProtocol(protocol: string | undefined): string {
  if (protocol !== undefined && PROTOCOLS.includes(protocol)) return protocol;
  throw invalid(`The protocol '${protocol}' is not valid: it is one of ${PROTOCOLS.join(', ')}`);
}

/** @throws AwsError ValidationError */
export function readPort(port: number | undefined): number {
  if (port !== undefined && Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw invalid(`The port '${port}' is not valid: it is from 1 to 65535`);
}

function writeTargetGroup(state: BalancingState, group: TargetGroup): aws.TargetGroup {
  return {
    TargetGroupArn: group.arn,
    TargetGroupName: group.name,
    Protocol: group.protocol as aws.ProtocolEnum,
    Port: group.port,
    VpcId: group.vpcId,
    TargetType: group.targetType,
    LoadBalancerArns: balancersOf(state, group.arn, group),
    IpAddressType: 'ipv4',
  };
}
