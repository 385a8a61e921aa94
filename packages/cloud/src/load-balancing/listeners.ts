import type * as aws from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError, type Caller } from '@pointsman/aws-wire';
import { type Operation, refuseOthers } from '../endpoint/bind-operations.ts';
import { pageOf } from '../endpoint/paging.ts';
import { findOwn, invalid, LARGEST_PAGE, own, PAGE_WORDS } from './find.ts';
import type { Listener, LoadBalancer, LoadBalancing } from './model.ts';
import { readTags } from './tags.ts';
import { readPort, readProtocol } from './target-groups.ts';

export const createListener: Operation<LoadBalancing, aws.CreateListenerInput, aws.CreateListenerOutput> = (
  { state, random },
  input,
  caller,
) => {
  const { LoadBalancerArn, Protocol, Port, DefaultActions, Tags, ...others } = input;
  refuseOthers(others);
  const balancer = findOwn(state.now(), 'loadBalancers', LoadBalancerArn, caller);
  const [protocol, port] = [readProtocol(Protocol), readPort(Port)];
  requireFitting(balancer, protocol);
  const siblings = own(state.now(), 'listeners', caller).filter(
    (each) => each.loadBalancerArn === balancer.arn,
  );
  if (siblings.some((each) => each.port === port)) {
    const message = `A listener already exists on this port for this load balancer '${balancer.arn}'`;
    throw new AwsError('DuplicateListener', message);
  }
  const { targetGroupArn } = readAction(DefaultActions);
  findOwn(state.now(), 'targetGroups', targetGroupArn, caller);
  const id = Array.from({ length: 16 }, () => Math.floor(random() * 16).toString(16)).join('');
  const record: Listener = {
    arn: `${balancer.arn.replace(':loadbalancer/', ':listener/')}/${id}`,
    account: caller.account,
    region: caller.region,
    tags: readTags(Tags),
    loadBalancerArn: balancer.arn,
    protocol,
    port,
    targetGroupArn,
  };
  state.write([{ table: 'listeners', id: record.arn, record }]);
  return { Listeners: [writeListener(record)] };
};

function requireFitting({ type }: LoadBalancer, protocol: string): void {
  const isHttp = protocol.startsWith('HTTP');
  if (isHttp === (type === 'application')) return;
  throw new AwsError(
    'UnsupportedProtocol',
    `Listener protocol '${protocol}' is not supported with ${type} load balancers`,
  );
}

/** Forwarding to one target group is all that a listener does here. */
function readAction(actions: readonly aws.Action[] | undefined): { targetGroupArn: string } {
  const [{ Type, TargetGroupArn, Order: _first, ...others } = { Type: undefined }, ...more] = actions ?? [];
  if (Type === undefined) throw invalid('A listener needs a default action');
  refuseOthers({ ...others, ...(Type !== 'forward' && { [`an action of type ${Type}`]: true }) });
  if (more.length > 0) refuseOthers({ 'a second action': true });
  if (TargetGroupArn === undefined) throw invalid('A target group ARN must be specified');
  return { targetGroupArn: TargetGroupArn };
}

export const describeListeners: Operation<
  LoadBalancing,
  aws.DescribeListenersInput,
  aws.DescribeListenersOutput
> = ({ state }, input, caller) => {
  const found = selectListeners(state.seen(), input, caller);
  const request = { size: input.PageSize, most: LARGEST_PAGE, token: input.Marker };
  const { page, next } = pageOf(found, ({ arn }) => arn, request, PAGE_WORDS);
  return { Listeners: page.map(writeListener), NextMarker: next };
};

function selectListeners(
  state: Parameters<typeof own>[0],
  { LoadBalancerArn, ListenerArns }: aws.DescribeListenersInput,
  caller: Caller,
): Listener[] {
  if (ListenerArns?.length) return ListenerArns.map((arn) => findOwn(state, 'listeners', arn, caller));
  if (LoadBalancerArn === undefined)
    throw invalid('You must specify either listener ARNs or a load balancer ARN');
  const { arn } = findOwn(state, 'loadBalancers', LoadBalancerArn, caller);
  return own(state, 'listeners', caller).filter(({ loadBalancerArn }) => loadBalancerArn === arn);
}

export const deleteListener: Operation<LoadBalancing, aws.DeleteListenerInput, object> = (
  { state },
  { ListenerArn },
  caller,
) => {
  const { arn } = findOwn(state.now(), 'listeners', ListenerArn, caller);
  state.write([{ table: 'listeners', id: arn, record: undefined }]);
  return {};
};

function writeListener({ arn, loadBalancerArn, protocol, port, targetGroupArn }: Listener): aws.Listener {
  return {
    ListenerArn: arn,
    LoadBalancerArn: loadBalancerArn,
    Protocol: protocol as aws.ProtocolEnum,
    Port: port,
    DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
  };
}
